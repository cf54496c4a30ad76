import type { Command } from 'commander';
import { displayText } from '../../domain/text.ts';
import { agentHere } from '../agentHere.ts';
import { answer, type Cli } from '../cli.ts';
import { packetKeys, packetText } from '../text/packet.ts';
import { counted } from '../text/state.ts';
import { noun, present, verb } from '../words.ts';

const whose = 'a bead, RIG/NAME, RIG/crew/NAME or mayor; in a session its own';

/** What other towns keep in a file of the worktree is a handoff's packet here, which ends nothing. */
export function addCheckpoint(gt: Command, cli: Cli): void {
  const checkpoint = noun(gt, 'checkpoint', 'how far the work is, kept with its bead for the next session', [
    'gt checkpoint write --notes "tests are left"',
    'gt checkpoint read',
  ]);
  addWrite(checkpoint, cli);
  verb(checkpoint, 'read', {
    does: 'print the newest one, as gt resume does',
    examples: ['gt checkpoint read', 'gt checkpoint read be-auth'],
    json: `{ handoff?: ${packetKeys} }`,
  })
    .argument('[bead|role]', whose)
    .action(async (target: string | undefined) => {
      await answer(cli, {
        method: 'handoff/get',
        params: present({ of: target ?? agentHere(cli) }),
        text: ({ handoff }) => (handoff ? packetText(handoff) : ['There is no checkpoint.']),
        json: (result) => result,
      });
    });
  verb(checkpoint, 'clear', {
    does: 'take away what was written of the work on a hook and nobody was given yet',
    examples: ['gt checkpoint clear'],
    json: '{ cleared }',
  })
    .argument('[bead|role]', whose)
    .action(async (target: string | undefined) => {
      await answer(cli, {
        method: 'handoff/clear',
        params: present({ of: target ?? agentHere(cli) }),
        text: ({ cleared }) => [`Cleared ${counted(cleared, 'checkpoint')}.`],
        json: (done) => done,
      });
    });
}

function addWrite(checkpoint: Command, cli: Cli): void {
  verb(checkpoint, 'write', {
    does: 'write one: commits, files, steps and checks as the town finds them, and what you add',
    examples: ['gt checkpoint write', 'gt checkpoint write --notes "tests are left"'],
    json: packetKeys,
  })
    .argument('[bead|role]', whose)
    .option('--notes <text>', 'where it stands, and what is next')
    .option('--molecule <id>', 'accepted: the steps of the bead are in it anyway')
    .option('--step <id>', 'accepted: the steps of the bead are in it anyway')
    .action(async (target: string | undefined, { notes }: { notes?: string }) => {
      await answer(cli, {
        method: 'handoff/write',
        params: { ...present({ agent: target ?? agentHere(cli) }), words: present({ text: notes }) },
        text: (packet) => [
          `Kept the checkpoint ${displayText(packet.id)} of ${displayText(packet.bead ?? packet.agent)}.`,
          `Next: gt resume ${displayText(packet.bead ?? packet.agent)}`,
        ],
        json: (packet) => packet,
      });
    });
}
