import { count, flag, labels, opt, pageSize, time, word } from './fields.ts';

/** The fields of what is asked about the past. */
export const feedFields = {
  'town/feed': {
    limit: opt(pageSize),
    before: opt(count),
    after: opt(count),
    wait: opt(flag),
    since: opt(time),
    types: opt(labels),
    rig: opt(word),
    agent: opt(word),
    bead: opt(word),
    convoy: opt(word),
  },
  'runtime/scorecard': { rig: opt(word), since: opt(time) },
  'bead/history': { bead: word, limit: opt(pageSize), before: opt(count) },
};
