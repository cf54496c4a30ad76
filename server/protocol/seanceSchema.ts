import { flag, handoffWords, host, opt, pageSize, role, text, word } from './fields.ts';

/** The fields of `SeanceRequests`. */
export const seanceFields = {
  'seance/start': {
    role: opt(role),
    rig: opt(word),
    runtime: opt(word),
    bead: opt(word),
    name: opt(word),
    host: opt(host),
    dryRun: opt(flag),
  },
  'seance/list': { role: opt(role), rig: opt(word), recent: opt(pageSize) },
  'seance/get': { session: word },
  'seance/talk': { session: word, question: opt(text) },
  'session/handoff': {
    agent: word,
    runtime: opt(word),
    host: opt(host),
    note: opt(text),
    words: opt(handoffWords),
  },
  'crew/add': { rig: word, name: word, branch: opt(word), runtime: opt(word) },
  'crew/list': { rig: opt(word) },
  'crew/worktree': { rig: word, agent: opt(word) },
  'crew/remove': { agent: word, force: opt(flag) },
};
