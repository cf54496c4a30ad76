import type { Command } from 'commander';
import { displayText } from '../../domain/text.ts';
import { answer, type Cli } from '../cli.ts';
import { sessionJson, sessionKeys, startedLines } from '../text/session.ts';
import { present, verb } from '../words.ts';
import { hostOption, type HostOption } from './hostOption.ts';

export function addResume(session: Command, cli: Cli): void {
  hostOption(
    verb(session, 'resume', {
      does: "go on with the runtime's own session: what it knew, it knows again",
      examples: ['gt session resume backend/nux'],
      json: sessionKeys,
    }).argument('<agent>', 'RIG/NAME, RIG/crew/NAME or mayor'),
  ).action(async (agent: string, { host }: HostOption) => {
    await answer(cli, {
      method: 'session/run',
      params: { agent, resume: true, ...present({ host }) },
      text: startedLines,
      json: sessionJson,
    });
  });
}

interface HandoffOptions extends HostOption {
  readonly runtime: string;
  readonly note?: string;
}

export function addHandoff(session: Command, cli: Cli): void {
  hostOption(
    verb(session, 'handoff', {
      does: 'end the session of an agent, and go on with another runtime on the same bead, worktree and branch',
      examples: [
        'gt session handoff backend/nux --runtime codex',
        'gt session handoff backend/nux --runtime gemini --note "the tests are left"',
      ],
      json: sessionKeys,
    })
      .argument('<agent>', 'RIG/NAME, RIG/crew/NAME or mayor')
      .requiredOption('--runtime <name>', 'who goes on')
      .option('--note <text>', 'kept with the bead, for whoever goes on'),
  ).action(async (agent: string, { runtime, note, host }: HandoffOptions) => {
    await answer(cli, {
      method: 'session/handoff',
      params: { agent, runtime, ...present({ note, host }) },
      text: (one) => [
        `Handed off ${displayText(one.agent)} to ${displayText(one.runtime)}: session ${displayText(one.id)} (${one.host}).`,
        ...(one.bead === undefined
          ? []
          : [`Bead: ${displayText(one.bead)}, with the same worktree and branch.`]),
      ],
      json: sessionJson,
    });
  });
}
