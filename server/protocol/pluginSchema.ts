import { flag, opt, pageSize, word } from './fields.ts';

const named = { plugin: word, rig: opt(word) };

/** The fields of `PluginRequests`. */
export const pluginFields = {
  'plugin/list': { rig: opt(word) },
  'plugin/get': named,
  'plugin/approve': { ...named, hash: word },
  'plugin/revoke': named,
  'plugin/run': { ...named, force: opt(flag), dryRun: opt(flag) },
  'plugin/history': { ...named, limit: opt(pageSize) },
};
