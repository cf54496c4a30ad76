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
}
