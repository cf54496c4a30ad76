import { attentionOf } from '../domain/attention.ts';
import type { Handlers } from '../protocol/caller.ts';
import type { Context } from './context.ts';
import { findRig, theTown } from './lookups.ts';
import { Toasts } from './toasts.ts';

export function attentionHandlers(context: Context): Pick<Handlers, 'attention/list' | 'attention/claim'> {
  const { store } = context;
  const toasts = new Toasts(context);
  return {
    'attention/list': (params) => {
      const rig = params.rig === undefined ? undefined : findRig(store.view, params.rig).id;
      const items = attentionOf(store.view, context.now());
      const muted = theTown(store.view).notifications === 'muted' ? { muted: true as const } : {};
      return { items: rig === undefined ? items : items.filter((item) => item.rig === rig), ...muted };
    },
    'attention/claim': ({ window, items }, { peer }) => ({ items: toasts.claim(peer, window, items) }),
  };
}
