import type { Command } from 'commander';
import { displayText } from '../../domain/text.ts';
import type { CrewMember } from '../../protocol/seance.ts';
import { agentHere } from '../agentHere.ts';
import { answer, type Cli } from '../cli.ts';
import type { Look } from '../output.ts';
import { table } from '../table.ts';
import { seanceKeys, startedSeance } from '../text/seance.ts';
import { sessionJson, sessionKeys } from '../text/session.ts';
import { noun, present, verb } from '../words.ts';
import { hostOption, type HostOption } from './hostOption.ts';

const keys = '{ agent, rig, name, directory, branch, runtime, bead?, session? }';
const asCrew = 'RIG/crew/NAME, or the name where only one has it';

export function addCrew(gt: Command, cli: Cli): void {
  const crew = noun(
    gt,
    'crew',
    'lasting workplaces of people, each with a worktree and a branch of its own',
    ['gt crew add backend dave', 'gt crew list'],
  );
  addAdd(crew, cli);
  verb(crew, 'list', {
    does: 'list the crew, of one rig or of all',
    examples: ['gt crew list', 'gt crew list backend'],
    json: `{ crew: [${keys}] }`,
  })
    .argument('[rig]')
    .action(async (rig: string | undefined) => {
      await answer(cli, {
        method: 'crew/list',
        params: present({ rig }),
        text: crewLines,
        json: (members) => ({ crew: members }),
      });
    });
  addStart(crew, cli);
  addRemove(crew, cli);
  addWorktree(gt, cli);
}

function addAdd(crew: Command, cli: Cli): void {
  verb(crew, 'add', {
    does: 'make a workplace: a worktree RIG/crew/NAME on the branch crew/NAME',
    examples: ['gt crew add backend dave', 'gt crew add backend dave --branch release/2 --runtime codex'],
    json: keys,
  })
    .argument('<rig>')
    .argument('<name>')
    .option('--branch <branch>', "the branch that it begins at; the rig's own where nothing is said")
    .option('--runtime <name>', "of its sessions; the rig's where nothing is said")
    .action(async (rig: string, name: string, { branch, runtime }: { branch?: string; runtime?: string }) => {
      await answer(cli, {
        method: 'crew/add',
        params: { rig, name, ...present({ branch, runtime }) },
        text: (member) => [...madeLines(member), `Next: cd ${displayText(member.directory, 1000)}`],
        json: (member) => member,
      });
    });
}

function addStart(crew: Command, cli: Cli): void {
  hostOption(
    verb(crew, 'start', {
      does: 'start a session of a crew member, with its context',
      examples: ['gt crew start backend dave', 'gt crew start backend dave --runtime claude'],
      json: seanceKeys,
    })
      .argument('<rig>')
      .argument('<name>')
      .option('--runtime <name>', 'another runtime than before'),
  ).action(async (rig: string, name: string, { runtime, host }: { runtime?: string } & HostOption) => {
    await answer(cli, {
      method: 'seance/start',
      params: { role: 'crew', rig, name, ...present({ runtime, host }) },
      text: startedSeance,
      json: (one) => one,
    });
  });
  verb(crew, 'stop', {
    does: 'ask the session of a crew member to stop; its hook and its worktree stay',
    examples: ['gt crew stop backend/crew/dave'],
    json: sessionKeys,
  })
    .argument('<crew>', asCrew)
    .action(async (session: string) => {
      await answer(cli, {
        method: 'session/stop',
        params: { session },
        text: (one) => [
          `The session of ${displayText(one.agent)} has ended.`,
          `Next: gt session run ${displayText(one.agent)}`,
        ],
        json: sessionJson,
      });
    });
}

function addRemove(crew: Command, cli: Cli): void {
  verb(crew, 'remove', {
    does: 'archive a workplace, then remove its worktree; refused with what would be lost',
    examples: ['gt crew remove backend/crew/dave', 'gt crew remove backend/crew/dave --force'],
    json: '{ agent, archive, archiveId }',
    aliases: ['rm'],
  })
    .argument('<crew>', asCrew)
    .option('-f, --force', 'though there is work in it; the archive keeps it')
    .action(async (agent: string, { force }: { force?: boolean }) => {
      await answer(cli, {
        method: 'crew/remove',
        params: { agent, ...(force ? { force: true } : {}) },
        text: (gone) => [
          `Removed ${displayText(gone.agent)}. Its work is kept as ${displayText(gone.archive)}.`,
          `To bring it back: gt polecat restore ${displayText(gone.archiveId)}`,
        ],
        json: (gone) => gone,
      });
    });
}

function addWorktree(gt: Command, cli: Cli): void {
  verb(gt, 'worktree', {
    does: 'give a crew member a worktree in another rig, where it stays who it is',
    examples: ['gt worktree infra', 'gt worktree infra --crew backend/crew/dave'],
    json: keys,
  })
    .argument('<rig>')
    .option('--crew <crew>', `${asCrew}; in its session or its worktree it is known`)
    .action(async (rig: string, { crew }: { crew?: string }) => {
      await answer(cli, {
        method: 'crew/worktree',
        params: { rig, ...present({ agent: crew ?? agentHere(cli) }) },
        text: (member) => [...madeLines(member), `Next: cd ${displayText(member.directory, 1000)}`],
        json: (member) => member,
      });
    });
}

function madeLines({ agent, branch, directory }: CrewMember): string[] {
  return [
    `${displayText(agent)} has its place on the branch ${displayText(branch)}:`,
    `  ${displayText(directory, 1000)}`,
  ];
}

function crewLines(members: readonly CrewMember[], look: Look): string[] {
  if (members.length === 0) return ['No crew.', 'Next: gt crew add RIG NAME'];
  const rows = members.map(({ agent, branch, runtime, bead, session }) => [
    agent,
    branch,
    runtime,
    session ?? '',
    bead ?? '',
  ]);
  const columns = [
    { title: 'CREW' },
    { title: 'BRANCH', shrinks: true },
    { title: 'RUNTIME', shrinks: true },
    { title: 'SESSION' },
    { title: 'BEAD', shrinks: true },
  ];
  return table(columns, rows, look);
}
