import { count, flag, labels, oneOf, opt, word } from './fields.ts';

const kind = oneOf('group', 'queue', 'channel');

/** The fields of `DestinationRequests`. */
export const destinationFields = {
  'destination/create': {
    kind,
    name: word,
    members: opt(labels),
    claimers: opt(word),
    keep: opt(count),
    hours: opt(count),
    description: opt(word),
  },
  'destination/list': { kind: opt(kind) },
  'destination/get': { kind, name: word },
  'destination/change': { kind, name: word, add: opt(labels), remove: opt(labels) },
  'destination/subscribe': { channel: word, who: opt(word), leave: opt(flag) },
  'destination/delete': { kind, name: word, force: opt(flag) },
};
