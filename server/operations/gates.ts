import {
  type Gate,
  type GateOutcome,
  type GatePhase,
  mayPassNext,
  rejects,
  settingGates,
} from '../domain/gate.ts';
import type { Sha } from '../domain/ids.ts';
import type { MergeRequest } from '../domain/mergeRequest.ts';
import type { Rig } from '../domain/rig.ts';
import type { Context } from './context.ts';
import { pluginGates, runPluginGate } from './plugins.ts';
import { refuseStopping } from './stopping.ts';

/** Lines of a gate's output that the merge request keeps. */
const keptLines = 40;

/**
 * What judges work in a rig, in the order it is run: the rig's settings, and then, before a landing, its plugins. Refused with
 * `unapproved` where one of those has not been approved as it is.
 */
export async function gatesOf(context: Context, rig: Rig, phase: GatePhase): Promise<readonly Gate[]> {
  const own = settingGates(rig.settings).filter((gate) => gate.phase === phase);
  return phase === 'before' ? [...own, ...(await pluginGates(context, rig, phase))] : own;
}

/** Where gates run: a worktree of their own, with this commit in it. */
export interface Ground {
  readonly rig: Rig;
  readonly folder: string;
  readonly on: Sha;
  /** Of several, the first. */
  readonly request: MergeRequest;
}

/**
 * Runs the gates one after the other, up to the first that rejects. One that fails is run again as often as it says, since a test that
 * fails once in a while must cost nobody their landing; the outcome tells how many tries it took. Refused with `unavailable` where one
 * fails while the town ends: it may have been ended with it, which is no verdict.
 */
export async function runGates(
  context: Context,
  gates: readonly Gate[],
  ground: Ground,
): Promise<readonly GateOutcome[]> {
  const outcomes: GateOutcome[] = [];
  for (const gate of gates) {
    refuseStopping(context);
    const outcome = await runGate(context, gate, ground);
    if (outcome.outcome !== 'passed') refuseStopping(context);
    outcomes.push(outcome);
    if (rejects(outcome)) break;
  }
  return outcomes;
}

async function runGate(context: Context, gate: Gate, ground: Ground): Promise<GateOutcome> {
  if (gate.from === 'plugin') return await runPlugin(context, gate, ground);
  const { folder, on } = ground;
  const { name, phase, onFail, command, timeoutMs, retries } = gate;
  const began = Date.now();
  for (let tries = 1; ; tries += 1) {
    const what = `the gate ${name}`;
    const end = await context.programs.runBounded({ argv: command, directory: folder, timeoutMs, what });
    const passed = end.code === 0 && !end.timedOut;
    if (!passed) refuseStopping(context);
    if (!passed && tries <= retries && mayPassNext(end)) continue;
    return {
      name,
      phase,
      outcome: passed ? 'passed' : end.timedOut ? 'timed-out' : 'failed',
      ...(end.timedOut ? {} : { code: end.code }),
      ...(passed ? {} : { command }),
      ms: Date.now() - began,
      tries,
      output: end.output.slice(-keptLines),
      onFail,
      at: context.now(),
      on,
    };
  }
}

async function runPlugin(context: Context, gate: Gate, ground: Ground): Promise<GateOutcome> {
  const { name, phase, onFail } = gate;
  const { branch, target, bead, agent } = ground.request;
  const facts = { directory: ground.folder, branch, target, bead, agent, commit: ground.on };
  const began = Date.now();
  const end = await runPluginGate(context, ground.rig, gate, facts);
  return {
    name,
    phase,
    outcome: end.passed ? 'passed' : 'failed',
    ...(end.code === undefined ? {} : { code: end.code }),
    ...(end.passed || end.reason === undefined ? {} : { reason: end.reason }),
    ms: Date.now() - began,
    tries: end.tries,
    output: end.output.slice(-keptLines),
    onFail,
    at: context.now(),
    on: ground.on,
  };
}
