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

/** How a person gets to see a session, wherever it lives. `whose`: of an agent that needs no naming. */
export function addAttach(noun: Command, cli: Cli, whose?: string): void {
  const words = whose === undefined ? 'gt session attach backend/nux' : `gt ${noun.name()} attach`;
  const command = verb(noun, 'attach', {
    does: 'look at a session: in tmux on this terminal, in an editor in its window, as a plain process by its log until it ends',
    examples: [words, `${words} --read-only`],
    json: '{ session, agent, host, command? (tmux), window? (editor), log? (process) }; nothing is attached',
    aliases: ['at'],
  }).option('-r, --read-only', 'in tmux: look, and type nothing');
  if (whose !== undefined) {
    command.action(async (options: AttachOptions) => look(cli, whose, options));
    return;
  }
  command
    .argument('<session>', 'its id, or its agent')
    .action(async (named: string, options: AttachOptions) => look(cli, named, options));
}

async function look(cli: Cli, session: string, { readOnly }: AttachOptions): Promise<void> {
  const view = await cli.ask('session/view', { session, ...(readOnly ? { readOnly: true } : {}) });
  if (cli.json) cli.output.json(view);
  else await show(cli, view);
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
