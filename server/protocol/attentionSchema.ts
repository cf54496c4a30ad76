import { opt, word } from './fields.ts';

/** The fields of `AttentionRequests`. */
export const attentionFields = { 'attention/list': { rig: opt(word) } };
