import type { Command } from 'commander';
import { Refusal } from '../../domain/refusal.ts';
import { displayText } from '../../domain/text.ts';
import type { SessionView } from '../../protocol/session.ts';
import type { Cli } from '../cli.ts';
import { exits, Told } from '../failure.ts';
import { verb } from '../words.ts';

interface AttachOptions {
  readonly readOnly?: boolean;
}

/** How a person gets to see a session, wherever it lives. */
export function addAttach(session: Command, cli: Cli): void {
  verb(session, 'attach', {
    does: 'look at a session: in tmux on this terminal, in an editor in its window, as a plain process by its log until it ends',
    examples: ['gt session attach backend/nux', 'gt session attach backend/nux --read-only'],
    json: '{ session, agent, host, command? (tmux), window? (editor), log? (process) }; nothing is attached',
    aliases: ['at'],
  })
    .argument('<session>', 'its id, or its polecat')
    .option('-r, --read-only', 'in tmux: look, and type nothing')
    .action(async (named: string, { readOnly }: AttachOptions) => {
      const view = await cli.ask('session/view', {
        session: named,
        ...(readOnly ? { readOnly: true } : {}),
      });
      if (cli.json) cli.output.json(view);
      else await show(cli, view);
    });
}

async function show(cli: Cli, view: SessionView): Promise<void> {
  const agent = displayText(view.agent);
  if (view.host === 'tmux') return await attach(cli, view);
  if (view.host === 'process') return await follow(cli, view.session);
  cli.output.print([
    `The terminal of ${agent} is in front in this window of VS Code: ${displayText(view.window)}`,
  ]);
}

async function attach(cli: Cli, { agent, command }: Extract<SessionView, { host: 'tmux' }>): Promise<void> {
  if (!cli.output.live) {
    throw new Refusal('invalid', 'There is no terminal here to attach to a session.', {
      next: `gt session attach ${agent}, in a terminal`,
    });
  }
  const { runOnTerminal } = await import('../onTerminal.ts');
  // Inside another tmux it would refuse: this is a server of its own, whose windows may stand in the other's.
  const { TMUX: _tmux, TMUX_PANE: _pane, ...environment } = cli.environment;
  const code = await runOnTerminal(command, environment);
  if (code !== 0) throw new Told(exits.refused);
}

/** The town answers when there is more. */
async function follow(cli: Cli, session: string): Promise<void> {
  for (let from = 0; ;) {
    const { lines, next, ended } = await cli.ask('session/follow', { session, from });
    if (lines.length > 0) cli.output.print(lines);
    if (ended) return;
    from = next;
  }
}
