import type { PluginRun } from '../../domain/pluginRun.ts';
import { pluginFiles, whatRuns } from '../../domain/pluginText.ts';
import { displayText, plainText } from '../../domain/text.ts';
import type { PluginDetail, PluginRunAnswer, PluginView } from '../../protocol/plugin.ts';
import { ago } from '../ago.ts';
import { type Look, paint, type Paint } from '../output.ts';
import { table } from '../table.ts';

export function pluginsLines(plugins: readonly PluginView[], look: Look): string[] {
  if (plugins.length === 0)
    return ['No plugins.', 'Put one into plugins/pre-merge/ of the town or of a rig: docs/plugins.md'];
  const rows = plugins.map((each) => [
    each.name,
    each.rig ?? 'town',
    each.state,
    each.lastRun ? `${each.lastRun.result} ${ago(each.lastRun.endedAt, look.now)}` : '',
    each.when ?? '',
  ]);
  const columns = [
    { title: 'PLUGIN' },
    { title: 'OF', shrinks: true },
    { title: 'STATE', paint: paintOf },
    { title: 'LAST RUN', shrinks: true },
    { title: 'RUNS', shrinks: true },
  ];
  return [...table(columns, rows, look), ...plugins.flatMap((each) => problemLines(each, look))];
}

function problemLines({ id, file, state, problem, line }: PluginView, look: Look): string[] {
  const said = (text: string): string => paint(look, 'yellow', `${displayText(id, 120)}: ${text}`);
  if (state === 'bad')
    return [
      said(displayText(problem ?? '', 300)),
      `  ${displayText(file, 300)}${line === undefined ? '' : `:${line}`}`,
    ];
  if (state === 'unapproved' || state === 'changed')
    return [
      said(
        `${state === 'changed' ? 'changed since it was approved' : 'not approved'}: gt plugin approve ${displayText(id)}`,
      ),
    ];
  if (state === 'missing') return [said(`not there any more: gt plugin revoke ${displayText(id)}`)];
  return [];
}

const paintOf = (state: string): Paint | undefined =>
  ({ approved: 'green', bad: 'red', changed: 'yellow', missing: 'yellow' } as const)[state];

export function detailLines(detail: PluginDetail, look: Look): string[] {
  const { id, title, description, state, lastRun, nextAt } = detail;
  return [
    `Plugin: ${displayText(id)}`,
    ...(title === undefined ? [] : [`Name: ${displayText(title)}`]),
    ...(description === undefined ? [] : [`Description: ${displayText(description, 500)}`]),
    `State: ${state}`,
    ...whatRuns(detail),
    ...(lastRun ? [`Last run: ${lastRun.result} ${ago(lastRun.endedAt, look.now)}`] : []),
    ...(nextAt === undefined ? [] : [`Next run: ${displayText(nextAt)}`]),
    ...problemLines(detail, look),
    ...pluginFiles(detail.files),
  ];
}

/** Before the question whether it may run. */
export function askedLines(detail: PluginDetail, look: Look): string[] {
  return [
    paint(look, 'bold', `This would run as you, without being asked again:`),
    ...whatRuns(detail),
    ...pluginFiles(detail.files),
  ];
}

export function historyLines(
  { plugin, runs }: { readonly plugin: PluginView; readonly runs: readonly PluginRun[] },
  look: Look,
): string[] {
  if (runs.length === 0) return [`${displayText(plugin.id)} has not run yet.`];
  const rows = runs.map((run) => [
    ago(run.createdAt, look.now),
    run.result,
    run.rig ?? 'town',
    run.bead ?? '',
    run.reason ?? run.output.at(-1) ?? '',
  ]);
  const columns = [
    { title: 'WHEN' },
    { title: 'RESULT' },
    { title: 'FOR', shrinks: true },
    { title: 'BEAD' },
    { title: 'SAID', shrinks: true },
  ];
  return table(columns, rows, look);
}

export function ranLines({ plugin, ran, reason, run, instructions }: PluginRunAnswer): string[] {
  if (!ran)
    return [
      `${displayText(plugin.id)} was not run. ${displayText(reason ?? '', 300)}`,
      ...(instructions === undefined
        ? []
        : ['', ...instructions.split('\n').map((line) => `  ${plainText(line)}`)]),
    ];
  if (!run) return [`${displayText(plugin.id)} was run.`];
  const said = run.reason === undefined ? '' : `: ${displayText(run.reason, 300)}`;
  return [
    `${displayText(plugin.id)}: ${run.result}${said}`,
    ...(run.bead === undefined ? [] : [`Bead: ${displayText(run.bead)}`]),
    ...run.output.map((line) => `  ${plainText(line)}`),
  ];
}
