import { flag, opt, pageSize, word } from './fields.ts';

/** The fields of `ArchiveRequests`. */
export const archiveFields = {
  'archive/list': {
    rig: opt(word),
    bead: opt(word),
    agent: opt(word),
    limit: opt(pageSize),
    refs: opt(flag),
  },
  'archive/restore': { archive: word, to: opt(word), as: opt(word) },
  'archive/delete': { archive: word, confirmed: opt(flag) },
};
