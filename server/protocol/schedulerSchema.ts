import { flag, list, opt, pageSize, text, title, word } from './fields.ts';

/** The fields of `SchedulerRequests`. */
export const schedulerFields = {
  'bead/explain': { bead: word },
  'scheduler/status': {},
  'scheduler/list': { rig: opt(word) },
  'scheduler/pause': { reason: opt(title) },
  'scheduler/resume': {},
  'scheduler/run': { batch: opt(pageSize), dryRun: opt(flag) },
  'scheduler/clear': { bead: opt(word) },
  'scheduler/retry': { bead: word },
  'quota/list': {},
  'quota/park': { runtime: word, until: opt(word), reason: opt(title) },
  'quota/clear': { runtime: word },
};

const beads = list(word);

/** The fields of `ConvoyStageRequests`. */
export const convoyFields = {
  'convoy/stage': { beads, title: opt(title) },
  'convoy/plan': { convoy: word },
  'convoy/launch': { convoy: word, force: opt(flag) },
  'convoy/remove': { convoy: word, beads },
  'convoy/close': { convoy: word, reason: opt(text), force: opt(flag) },
  'convoy/watch': { convoy: word, who: opt(word) },
  'convoy/unwatch': { convoy: word, who: opt(word) },
  'convoy/stranded': {},
  'convoy/check': { convoy: opt(word), dryRun: opt(flag) },
};
