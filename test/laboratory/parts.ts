import type { HostKind } from '../../server/domain/session.ts';
import { productVersion } from '../../server/protocol/version.ts';
import { which } from '../e2e/terminal.ts';
import { contractInEditor, type Tested } from './contract.ts';
import { openEditor } from './editor.ts';
import { keepEvidence } from './evidence.ts';
import type { InstalledCli } from './install.ts';
import { NotHere, playRow, type Row, type Section, type Step } from './results.ts';
import { contract, killed, oneBead, refused, twoAtOnce, type Scenario } from './scenarios.ts';
import { convoy, handoff } from './together.ts';
import type { Laboratory } from './town.ts';

/** A part of the run, which `--only` chooses by any of its names. */
export interface LaboratoryPart {
  readonly names: readonly string[];
  play(lab: Laboratory, clis: readonly InstalledCli[], say: (line: string) => void): Promise<Section>;
}

export const parts: readonly LaboratoryPart[] = [
  alone(oneBead, 'process'),
  alone(killed, 'process'),
  alone(twoAtOnce, 'process'),
  alone(refused, 'process'),
  alone(contract, 'process'),
  alone(oneBead, 'tmux'),
  { names: [oneBead.name, 'editor'], play: playInEditor },
  { names: [contractInEditor.name, 'editor'], play: playContract },
  { names: [handoff.name], play: playHandoffs },
  { names: [convoy.name], play: playConvoy },
];

/** Each runtime by itself, one after the other. */
function alone(scenario: Scenario, host: HostKind): LaboratoryPart {
  return {
    names: [scenario.name, host],
    async play(lab, clis, say) {
      const { title, about, columns } = scenario;
      const rows: Row[] = [];
      for (const cli of clis) {
        const play = async (step: Step): Promise<void> => {
          if (host === 'tmux' && which('tmux') === undefined) throw new NotHere('There is no tmux here.');
          if (host !== 'process') await lab.actUnasked(await lab.rigOf(cli.runtime));
          await scenario.play(lab, { runtime: cli.runtime, host }, step);
        };
        rows.push(await rowOf(lab, { name: `${scenario.name}-${host}`, cli, columns, say }, play));
      }
      return { title: `${title}, in the session host ${host}`, about, columns, rows };
    },
  };
}

/** Two are enough to see that an editor's terminal is a terminal like another. */
const inEditor: readonly string[] = ['claude-code', 'codex'];

async function playInEditor(
  lab: Laboratory,
  clis: readonly InstalledCli[],
  say: (line: string) => void,
): Promise<Section> {
  const wanted = clis.filter(({ runtime }) => inEditor.includes(runtime));
  const [first] = wanted;
  const editor = first && openEditor(lab, await lab.rigOf(first.runtime), say);
  // The rows say what is wrong with it.
  editor?.catch(() => undefined);
  const scenario: Scenario = {
    ...oneBead,
    async play(...args) {
      await editor;
      await oneBead.play(...args);
    },
  };
  try {
    return await alone(scenario, 'editor').play(lab, wanted, say);
  } finally {
    await editor?.then(
      (host) => host.close(),
      () => undefined,
    );
  }
}

/** What needs no CLI, and what is enough to see that real ones are tested as they are used. */
const testedInEditor: readonly Tested[] = [
  { runtime: 'sim', label: 'Simulated agent', kind: 'script' },
  { runtime: 'human', label: 'Human', kind: 'person' },
  { runtime: 'claude-code', label: 'Claude Code', kind: 'account' },
  { runtime: 'codex', label: 'Codex', kind: 'account' },
];

async function playContract(
  lab: Laboratory,
  clis: readonly InstalledCli[],
  say: (line: string) => void,
): Promise<Section> {
  const { name, title, about, columns } = contractInEditor;
  const editor = openEditor(lab, await lab.rigOf('sim'), say);
  // The rows say what is wrong with it.
  editor.catch(() => undefined);
  const rows: Row[] = [];
  try {
    for (const tested of testedInEditor) {
      const cli =
        tested.kind === 'account' ? clis.find(({ runtime }) => runtime === tested.runtime) : ours(tested);
      if (!cli) continue;
      const play = async (step: Step): Promise<void> => {
        const window = (await editor).editors[0]?.windows[0];
        if (!window) throw new Error('The editor has no window.');
        await contractInEditor.play(window, { tested, step });
      };
      rows.push(await rowOf(lab, { name, cli, columns, say }, play));
    }
    return { title, about, columns, rows };
  } finally {
    await editor.then(
      (host) => host.close(),
      () => undefined,
    );
  }
}

/** A runtime that is a part of this product. */
function ours({ runtime }: Tested): InstalledCli {
  return { runtime, package: 'gastown', version: productVersion, program: 'gt', path: 'gt' };
}

/** In a ring, so that each begins once and each takes over once. */
async function playHandoffs(
  lab: Laboratory,
  clis: readonly InstalledCli[],
  say: (line: string) => void,
): Promise<Section> {
  const { name, title, about, columns } = handoff;
  const present = clis.filter((cli) => 'path' in cli);
  const rows: Row[] = [];
  for (const cli of clis) {
    const to = present[(present.findIndex(({ runtime }) => runtime === cli.runtime) + 1) % present.length];
    rows.push(
      await rowOf(lab, { name, cli, columns, say }, async (step) => {
        if (to === undefined || to.runtime === cli.runtime)
          throw new NotHere('There is no other runtime to go to.');
        await handoff.play(lab, { from: cli.runtime, to: to.runtime }, step);
      }),
    );
  }
  return { title, about, columns, rows };
}

async function playConvoy(
  lab: Laboratory,
  clis: readonly InstalledCli[],
  say: (line: string) => void,
): Promise<Section> {
  const { name, title, about, columns } = convoy;
  const present = clis.filter((cli) => 'path' in cli);
  const begun = convoy.begin(
    lab,
    present.map(({ runtime }) => runtime),
  );
  const rows = await Promise.all(
    clis.map((cli) =>
      rowOf(lab, { name, cli, columns, say }, async (step) => (await begun).one(cli.runtime, step)),
    ),
  );
  const whole = { runtime: 'the convoy', version: '', columns };
  const all = await playRow(whole, async (step) => (await begun).all(step));
  return { title, about, columns, rows: [...rows, all] };
}

/** One row, said as soon as it is there. What was to be seen of a failure is kept. */
async function rowOf(
  lab: Laboratory,
  {
    name,
    cli,
    columns,
    say,
  }: {
    readonly name: string;
    readonly cli: InstalledCli;
    readonly columns: readonly string[];
    readonly say: (line: string) => void;
  },
  play: (step: Step) => Promise<void>,
): Promise<Row> {
  const { runtime, version } = cli;
  const row = await playRow({ runtime, version, columns }, async (step) => {
    if ('missing' in cli) throw new NotHere(cli.missing);
    await play(step);
  });
  const failed = row.cells.find((cell) => cell.kind === 'failed');
  const seconds = row.cells.reduce((sum, cell) => sum + ('seconds' in cell ? cell.seconds : 0), 0);
  const mark = failed ? '✖' : row.cells.every(({ kind }) => kind === 'passed') ? '✔' : '–';
  say(`${mark} ${name} ${runtime} ${seconds.toFixed(1)} s${failed ? `: ${failed.why}` : ''}`);
  if (failed) say(`  ${await keepEvidence(lab, `${name}-${runtime}`, runtime)}`);
  return row;
}
