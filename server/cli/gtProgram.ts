import type { Command } from 'commander';
import type { Cli } from './cli.ts';
import { addAttention } from './commands/attention.ts';
import { addBroadcast } from './commands/broadcast.ts';
import { addCrew } from './commands/crew.ts';
import { addMail } from './commands/mail.ts';
import { addMayor } from './commands/mayor.ts';
import { addSeance } from './commands/seance.ts';
import { addConvoy } from './commands/convoy.ts';
import { addDemo } from './commands/demo.ts';
import { addDoctor } from './commands/doctor.ts';
import { addDone } from './commands/done.ts';
import { addEscalate } from './commands/escalate.ts';
import { addHandoffPacket } from './commands/handoff.ts';
import { addHook } from './commands/hook.ts';
import { addLifecycle } from './commands/lifecycle.ts';
import { addMergeQueue } from './commands/mergeQueue.ts';
import { addPolecat } from './commands/polecat.ts';
import { addNudge } from './commands/nudge.ts';
import { addRefinery } from './commands/refinery.ts';
import { addRadar } from './commands/radar.ts';
import { addPlugin } from './commands/plugin.ts';
import { addRig } from './commands/rig.ts';
import { addRuntime } from './commands/runtime.ts';
import { addExplain, addQuota, addScheduler } from './commands/scheduler.ts';
import { addElsewhere } from './commands/elsewhere.ts';
import { addPeek } from './commands/sessionLook.ts';
import { addSession } from './commands/session.ts';
import { addTown } from './commands/town.ts';
import { addTownConfig } from './commands/townConfig.ts';
import { addWitness } from './commands/witness.ts';
import { addWork } from './commands/work.ts';
import { carryOut, openProgram } from './words.ts';

const does =
  'Coordinate coding agents over many repositories: plan work as beads, bundle them in convoys, sling them to rigs, land what is done.';

const firstSteps = `First steps:
  $ gt demo                    see the whole loop, with nothing set up
  $ gt install                 make a town in ~/gt
  $ gt rig create backend --repo ~/src/backend
  $ bd create --rig backend --title "Refactor auth middleware"
  $ gt sling be-auth           a polecat begins, in a worktree of its own
  $ gt convoy list             how it stands
  $ gt mq merge be-auth        land it, after a look at the diff

Exit codes: 0 done, 1 refused, 2 wrong words, 70 something broke, or the town
cannot be reached.`;

export async function runGt(cli: Cli, args: readonly string[]): Promise<void> {
  await carryOut(gtCommands(cli), args.length === 0 ? ['--help'] : args);
}

export function gtCommands(cli: Cli): Command {
  const gt = openProgram(cli, does, firstSteps);
  gt.commandsGroup('The town:');
  addTown(gt, cli);
  addAttention(gt, cli);
  addTownConfig(gt, cli);
  addDoctor(gt, cli);
  addDemo(gt, cli);
  gt.commandsGroup('Repositories and who works in them:');
  addRig(gt, cli);
  addRuntime(gt, cli);
  addPlugin(gt, cli);
  gt.commandsGroup('Work, from bead to landed:');
  addConvoy(gt, cli);
  addWork(gt, cli);
  addExplain(gt, cli);
  addScheduler(gt, cli);
  addQuota(gt, cli);
  addPolecat(gt, cli);
  addWitness(gt, cli);
  addCrew(gt, cli);
  addMayor(gt, cli);
  addSession(gt, cli);
  addPeek(gt, cli);
  addNudge(gt, cli);
  addBroadcast(gt, cli);
  addMail(gt, cli);
  addEscalate(gt, cli);
  addHandoffPacket(gt, cli);
  addElsewhere(gt, cli);
  addSeance(gt, cli);
  addMergeQueue(gt, cli);
  addRefinery(gt, cli);
  addRadar(gt, cli);
  gt.commandsGroup('For agents, inside their sessions:');
  addHook(gt, cli);
  addLifecycle(gt, cli);
  addDone(gt, cli);
  return gt;
}
