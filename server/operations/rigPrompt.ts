import { join } from 'node:path';
import type { BeadId } from '../domain/ids.ts';
import { agentIdOf, nextPolecatName, worktreeFolder } from '../domain/polecatNames.ts';
import type { SystemPromptDelivery } from '../domain/runtime.ts';
import type { Params } from '../protocol/messages.ts';
import type { RigPrompt } from '../protocol/rig.ts';
import { firstPrompt } from '../runtimes/prompt.ts';
import { systemPromptText } from '../runtimes/systemPrompt.ts';
import type { Context } from './context.ts';
import { findRig, findRuntime } from './lookups.ts';

/** What the next polecat of a rig would be told at its start, with the first bead that is ready, or with one that stands for any. */
export function rigPrompt(context: Context, params: Params<'rig/prompt'>): RigPrompt {
  const { view } = context.store;
  const rig = findRig(view, params.rig);
  const preset = findRuntime(view, rig.runtime);
  const [ready] = view.find('beadsReady', rig.id);
  const taken = new Set([...view.find('agentsByRig', rig.id)].map((polecat) => polecat.name));
  const name = nextPolecatName(rig.id, taken);
  const agent = agentIdOf(rig.id, name);
  const bead = ready?.id ?? (`${rig.prefix}-BEAD` as BeadId);
  const isTheirs = rig.settings.isolation === 'in-place' && rig.repository.kind === 'path';
  const worktree = isTheirs
    ? rig.repository.path
    : join(context.paths.town, rig.id, 'polecats', worktreeFolder(name, 'xxxxx'));
  return {
    rig: rig.id,
    runtime: preset.id,
    runtimeLabel: preset.label,
    agent,
    bead,
    example: ready === undefined,
    ...(preset.systemPrompt.kind === 'none'
      ? {}
      : { systemPrompt: systemPromptText({ role: 'polecat', agent, rig: rig.id }) }),
    systemPromptGiven: wayOf(preset.systemPrompt),
    // A runtime that takes no prompt is told by nobody but itself.
    ...(preset.prompt.kind === 'none' ? {} : { prompt: firstPrompt({ agent, rig: rig.id, bead, worktree }) }),
  };
}

function wayOf(delivery: SystemPromptDelivery): string {
  if (delivery.kind === 'none') return 'not at all: what it says is in the first prompt and in gt prime';
  if (delivery.kind === 'config') return 'in a setting of its start';
  if (delivery.kind === 'flag') return `after ${delivery.flag}`;
  return `as a file, ${delivery.variable === undefined ? `after ${delivery.flag ?? ''}` : `named by ${delivery.variable}`}`;
}
