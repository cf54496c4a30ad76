import type { AttentionItem } from '../domain/attentionItem.ts';

export interface AttentionRequests {
  /** Any client: what needs a person, the most pressing first. */
  'attention/list': {
    params: { readonly rig?: string };
    result: {
      readonly items: readonly AttentionItem[];
      /** The person wants to hear only of what is critical: `gt dnd on`. */
      readonly muted?: true;
    };
  };
  /**
   * An editor window, by the name that it keeps when it is loaded anew: which of these items it is to tell of. Each is one window's, the
   * first's that asked, until the item is gone. Without items it only says that it is there.
   */
  'attention/claim': {
    params: { readonly window: string; readonly items: readonly string[] };
    result: { readonly items: readonly string[] };
  };
}

export interface AttentionNotifications {
  /** To windows that claim: the window that told of these was closed, and another may. */
  'attention/untold': { readonly items: readonly string[] };
}
