import type { Command } from 'commander';
import { Refusal } from '../../domain/refusal.ts';
import { displayText } from '../../domain/text.ts';
import type { HookResult } from '../../protocol/work.ts';
import { agentHere } from '../agentHere.ts';
import { answer, type Cli } from '../cli.ts';
import { Usage } from '../failure.ts';
import { isAgent, showHook } from '../fastHook.ts';
import { hookJson, hookShort, hookShortLines } from '../text/hook.ts';
import { present, verb } from '../words.ts';

const whole =
  '{ agent, rig?, bead?: { id, title, description?, status, type, priority, labels }, polecat?: { state, runtime, worktree, branch, base }, workplace?: { role, runtime, … }, steps?: { done, total, next? }, instructions?, blockedBy, mergeRequest?: { id, state, tip }, messages?: [{ id, from, text, createdAt }], next }';
const short = '{ agent, bead_id?, title?, status: hooked|in_progress|empty }';
const cleared = '{ agent, bead_id?, title?, status: hooked|in_progress|empty, freed? }';
const whose = 'RIG/NAME, RIG/crew/NAME or mayor; in a session, or in the worktree of a crew member, its own';

export function addHook(gt: Command, cli: Cli): void {
  const hook = verb(gt, 'hook', {
    does: 'show what is on a hook, or put a bead on one; that starts nothing',
    examples: [
      'gt hook                     in a session: its own',
      'gt hook backend/nux         that of an agent',
      'gt hook be-auth mayor       put a bead on a hook',
      'gt hook clear               give the bead back',
    ],
    json: whole,
  })
    .usage('[agent] | <bead> [agent]')
    .argument('[words...]', `a bead, an agent, or a bead and an agent: ${whose}`)
    .option('-f, --force', forced)
    .action(async (words: string[], options: { force?: boolean }) => {
      const [first, second] = words;
      if (words.length > 2) throw new Usage('gt hook takes a bead and an agent. See gt hook --help.');
      if (first === undefined || (second === undefined && isAgent(first))) return await showHook(cli, first);
      if (second === undefined && (await showNamed(cli, first))) return;
      await putOn(cli, first, second, options);
    });
  addShow(hook, cli);
  addAttach(hook, cli);
  addTake(hook, cli);
}

const forced = 'though it is deferred, belongs to another rig, or is held by an agent whose session is over';

/** `gt hook nux`: of a person, a bare word may name a polecat. */
async function showNamed(cli: Cli, word: string): Promise<boolean> {
  if (cli.environment['GT_SESSION'] || agentHere(cli) !== undefined) return false;
  try {
    await showHook(cli, word);
    return true;
  } catch (error) {
    if (error instanceof Refusal && error.code === 'not-found' && error.details.field === 'agent')
      return false;
    throw error;
  }
}

function addShow(hook: Command, cli: Cli): void {
  verb(hook, 'show', {
    does: 'say in one line whether there is work on a hook',
    examples: ['gt hook show', 'gt hook show backend/crew/dave --json'],
    json: short,
  })
    .argument('[agent]', whose)
    .action(async (agent: string | undefined) => {
      await answer(cli, {
        method: 'work/hook',
        params: owner(cli, agent),
        text: hookShortLines,
        json: hookShort,
      });
    });
  verb(hook, 'status', {
    does: 'show what is on a hook',
    examples: ['gt hook status backend/nux'],
    json: whole,
  })
    .argument('[agent]', whose)
    .action(async (agent: string | undefined) => await showHook(cli, agent));
}

function addAttach(hook: Command, cli: Cli): void {
  verb(hook, 'attach', {
    does: 'put a bead on a hook; that starts nothing',
    examples: ['gt hook attach be-auth', 'gt hook attach be-auth backend/crew/dave'],
    json: whole,
  })
    .argument('<bead>')
    .argument('[agent]', whose)
    .option('-f, --force', forced)
    .action(async (bead: string, agent: string | undefined, options: { force?: boolean }) =>
      putOn(cli, bead, agent, options),
    );
}

async function putOn(
  cli: Cli,
  bead: string,
  agent: string | undefined,
  { force }: { readonly force?: boolean },
): Promise<void> {
  await answer(cli, {
    method: 'hook/put',
    params: { bead, ...owner(cli, agent), ...(force ? { force: true } : {}) },
    text: (hook) => [
      `${displayText(hook.bead?.id ?? bead)} is on the hook of ${displayText(hook.agent)}.`,
      ...follow(hook),
    ],
    json: hookJson,
  });
}

/** Nothing was started: how it would be. */
function follow({ workplace, agent }: HookResult): string[] {
  if (!workplace) return [`Next: gt hook ${displayText(agent)}`];
  return [workplace.role === 'mayor' ? 'Next: gt mayor start' : `Next: gt session run ${displayText(agent)}`];
}

function addTake(hook: Command, cli: Cli): void {
  verb(hook, 'detach', {
    does: 'take a bead off a hook and open it again; what was begun stays where it is',
    examples: ['gt hook detach be-auth', 'gt hook detach be-auth mayor'],
    json: cleared,
  })
    .argument('<bead>')
    .argument('[agent]', whose)
    .action(async (bead: string, agent: string | undefined) => clear(cli, agent, bead));
  verb(hook, 'clear', {
    does: 'take whatever is on a hook off it, and open it again',
    examples: ['gt hook clear', 'gt hook clear backend/crew/dave'],
    json: cleared,
  })
    .argument('[agent]', whose)
    .action(async (agent: string | undefined) => clear(cli, agent, undefined));
}

async function clear(cli: Cli, agent: string | undefined, bead: string | undefined): Promise<void> {
  await answer(cli, {
    method: 'hook/clear',
    params: { ...owner(cli, agent), ...present({ bead }) },
    text: (hook) => [
      hook.freed === undefined
        ? `Nothing was on the hook of ${displayText(hook.agent)}.`
        : `Took ${displayText(hook.freed)} off the hook of ${displayText(hook.agent)}; it is open again.`,
    ],
    json: (hook) => ({ ...hookShort(hook), freed: hook.freed }),
  });
}

function owner(cli: Cli, named: string | undefined): { readonly agent?: string } {
  return present({ agent: named ?? agentHere(cli) });
}
