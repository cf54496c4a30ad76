import type { AttentionItem } from '../domain/attentionItem.ts';

export interface AttentionRequests {
  /** Any client: what needs a person, the most pressing first. */
  'attention/list': {
    params: { readonly rig?: string };
    result: { readonly items: readonly AttentionItem[] };
  };
}
