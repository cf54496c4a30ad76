import type { InferOutput } from 'valibot';
import { pluginCooldownMs, type GoodPlugin, type PluginGate, pluginTimeoutMs } from '../domain/plugin.ts';
import { type PluginFile, unstartable } from './content.ts';
import { periodicShape } from './shapes.ts';
import { type Complaint, readToml } from './toml.ts';

type Base = Pick<GoodPlugin, 'id' | 'name' | 'file' | 'hash' | 'rig'>;
type Shape = InferOutput<typeof periodicShape>;

/** A folder with a `plugin.md`: TOML between two `+++` lines, then instructions; `run.sh` is run in their place. */
export function readPeriodic(
  base: Base,
  files: readonly PluginFile[],
): { readonly plugin: GoodPlugin; readonly files: readonly PluginFile[] } | Complaint {
  const page = files.find(({ path }) => path === 'plugin.md');
  if (!page) return { problem: 'there is no plugin.md in it' };
  const parts = partsOf(page.bytes.toString('utf8'));
  if ('problem' in parts) return parts;
  const read = readToml(periodicShape, parts.matter, 2);
  if ('problem' in read) return read;
  const execution = executionOf(base, files, read.value);
  if (typeof execution !== 'string') return execution;
  const { name, description, tracking, execution: wish } = read.value;
  const plugin: GoodPlugin = {
    kind: 'periodic',
    ...base,
    title: name,
    ...(description === undefined ? {} : { description }),
    gate: gateOf(read.value.gate),
    execution,
    timeoutMs: wish.timeout ?? pluginTimeoutMs,
    labels: tracking.labels ?? [],
    instructions: parts.instructions,
    notify: wish.notify_on_failure ?? true,
    ...(wish.severity === undefined ? {} : { severity: wish.severity }),
  };
  return { plugin, files };
}

function executionOf(
  { file }: Base,
  files: readonly PluginFile[],
  { execution: { type } }: Shape,
): 'script' | 'agent' | Complaint {
  const script = files.find(({ path }) => path === 'run.sh');
  if (type === 'agent' || (type === undefined && !script)) return 'agent';
  if (!script) return { problem: 'it is to run a script, and there is no run.sh in it' };
  const problem = unstartable(script, file.replace(/plugin\.md$/u, 'run.sh'));
  return problem === undefined ? 'script' : { problem: problem.replace(/^it/u, 'run.sh') };
}

function gateOf(gate: Shape['gate']): PluginGate {
  if (gate.type === 'manual' || gate.type === 'cron') return gate;
  const durationMs = gate.duration ?? pluginCooldownMs;
  if (gate.type === 'cooldown') return { type: gate.type, durationMs };
  if (gate.type === 'condition') return { type: gate.type, check: gate.check, durationMs };
  return { type: gate.type, on: typeof gate.on === 'string' ? [gate.on] : gate.on, durationMs };
}

function partsOf(text: string): { readonly matter: string; readonly instructions: string } | Complaint {
  const lines = text.split(/\r?\n/u);
  if (lines[0]?.trimEnd() !== '+++') return { problem: 'it does not begin with a line +++', line: 1 };
  const end = lines.findIndex((line, at) => at > 0 && line.trimEnd() === '+++');
  if (end === -1) return { problem: 'there is no second line +++', line: lines.length };
  return {
    matter: lines.slice(1, end).join('\n'),
    instructions: lines
      .slice(end + 1)
      .join('\n')
      .trim(),
  };
}
