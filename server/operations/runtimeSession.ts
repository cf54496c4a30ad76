import type { Caller } from '../protocol/caller.ts';
import { isSessionId } from '../runtimes/output.ts';
import type { Context } from './context.ts';

/**
 * A program in a session has told what its runtime calls the session: it is kept, so that the session can go on. What a session says is
 * about itself only, and nothing is made of an id that is none.
 */
export function noteRuntimeSession(context: Context, caller: Caller, id: string): void {
  const named = caller.session;
  if (!named || !isSessionId(id)) return;
  if (context.store.view.get('sessions', named)?.runtimeSession === id) return;
  const meta = { verb: 'session/named', by: caller.by, subject: caller.by };
  context.background(`the runtime's name for ${named}`, () =>
    context.store.transact(meta, (draft) => {
      const session = draft.get('sessions', named);
      if (session && session.state !== 'ended') draft.put('sessions', { ...session, runtimeSession: id });
    }),
  );
}
