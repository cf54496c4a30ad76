import { type Gate, type GateOutcome, type GatePhase, rejects, settingGates } from '../domain/gate.ts';
import type { Sha } from '../domain/ids.ts';
import type { Rig } from '../domain/rig.ts';
import type { Context } from './context.ts';

/** Lines of a gate's output that the merge request keeps. */
const keptLines = 40;

/** What judges work in a rig, in the order it is run. */
export function gatesOf(_context: Context, rig: Rig, phase: GatePhase): readonly Gate[] {
  return settingGates(rig.settings).filter((gate) => gate.phase === phase);
}

/** Where gates run: a worktree of their own, with this commit in it. */
export interface Ground {
  readonly folder: string;
  readonly on: Sha;
}

/**
 * Runs the gates one after the other, up to the first that rejects. One that fails is run again as often as it says, since a test that
 * fails once in a while must cost nobody their landing; the outcome tells how many tries it took.
 */
export async function runGates(
  context: Context,
  gates: readonly Gate[],
  ground: Ground,
): Promise<readonly GateOutcome[]> {
  const outcomes: GateOutcome[] = [];
  for (const gate of gates) {
    const outcome = await runGate(context, gate, ground);
    outcomes.push(outcome);
    if (rejects(outcome)) break;
  }
  return outcomes;
}

async function runGate(context: Context, gate: Gate, { folder, on }: Ground): Promise<GateOutcome> {
  const { name, phase, onFail, command, timeoutMs, retries } = gate;
  const began = Date.now();
  for (let tries = 1; ; tries += 1) {
    const end = await context.programs.run(command, folder, { deadlineMs: timeoutMs });
    const passed = end.code === 0 && end.timedOut === undefined;
    // A program that is not there is not there the next time either, and what hangs would hang twice as long.
    if (!passed && tries <= retries && end.code !== missing && !end.timedOut) continue;
    return {
      name,
      phase,
      outcome: passed ? 'passed' : end.timedOut ? 'timed-out' : 'failed',
      ...(end.timedOut ? {} : { code: end.code }),
      ms: Date.now() - began,
      tries,
      output: end.output.slice(-keptLines),
      onFail,
      at: context.now(),
      on,
    };
  }
}

const missing = 127;
