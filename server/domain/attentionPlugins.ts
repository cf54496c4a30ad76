import type { AttentionItem } from './attentionItem.ts';
import { partsOfPluginId } from './plugin.ts';
import type { PluginRun } from './pluginRun.ts';
import { pluginTroubles } from './pluginRuns.ts';
import { severities, type Severity } from './severity.ts';
import type { View } from './view.ts';

/** Plugins that nobody approved as they are, and those that failed last. */
export function* pluginItems(view: View): Iterable<AttentionItem> {
  for (const run of pluginTroubles(view)) yield pluginItem(run);
}

function pluginItem({ id, plugin, rig, result, reason, createdAt, severity }: PluginRun): AttentionItem {
  const { name } = partsOfPluginId(plugin);
  const isUnapproved = result === 'unapproved';
  return {
    id: `plugin:${id}`,
    kind: 'plugin',
    subject: plugin,
    ...(rig === undefined ? {} : { rig }),
    state: isUnapproved ? 'unapproved' : 'failed',
    reason: `The plugin ${name} ${isUnapproved ? 'is not run' : 'failed'}: ${reason ?? 'see its history.'}`,
    since: createdAt,
    action: {
      command: `gt plugin ${isUnapproved ? 'show' : 'history'} ${plugin}`,
      verb: isUnapproved ? 'approve' : 'copy',
    },
    severity: severityOf(severity) ?? (isUnapproved ? 'low' : 'medium'),
  };
}

const severityOf = (word: string | undefined): Severity | undefined =>
  severities.find((severity) => severity === word);
