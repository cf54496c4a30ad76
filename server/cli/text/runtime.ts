import type { Arguments, RuntimePreset } from '../../domain/runtime.ts';
import { displayText } from '../../domain/text.ts';
import type { RuntimeSummary } from '../../protocol/runtime.ts';
import type { Look } from '../output.ts';
import { table } from '../table.ts';

export function runtimesLines(runtimes: readonly RuntimeSummary[], look: Look): string[] {
  const rows = runtimes.map(({ preset, program, version, rigs, builtIn }) => [
    preset.id,
    preset.label,
    program === undefined ? 'not found' : (version ?? 'found'),
    rigs.join(', ') || '-',
    builtIn ? preset.bestFor : `${preset.bestFor} (yours)`,
  ]);
  const columns = [
    { title: 'RUNTIME' },
    { title: 'LABEL', shrinks: true },
    { title: 'PROGRAM', paint: (cell: string) => (cell === 'not found' ? undefined : ('green' as const)) },
    { title: 'RIGS', shrinks: true },
    { title: 'BEST FOR', shrinks: true },
  ];
  return table(columns, rows, look);
}

export function runtimeLines(summary: RuntimeSummary): string[] {
  const { preset, rigs, builtIn } = summary;
  const command = [preset.command, ...always(preset.arguments)].map((word) => displayText(word)).join(' ');
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Runtime', preset.id],
    ['Label', preset.label],
    ['Also called', preset.aliases.join(', ')],
    ['Command', command],
    ...programFacts(summary),
    ['Best for', preset.bestFor],
    ['Trade-offs', preset.tradeOffs],
    ['Needs', needs(preset.needs)],
    ['Sign in', preset.signIn],
    ['Resumes', resumes(preset)],
    ['Sessions', preset.session && `live in ${preset.session} where a rig leaves it open`],
    ['Without a terminal', preset.oneShot === undefined ? 'no' : 'yes'],
    ['System prompt', preset.systemPrompt.kind === 'none' ? 'none' : 'yes'],
    ['Superuser', preset.asRoot],
    ['Trust', preset.trust?.hint],
    ['Rigs', rigs.join(', ') || 'none'],
    [
      'Preset',
      `${builtIn ? 'built in' : 'yours'}, ${preset.evidence === 'run' ? 'tried with the program' : 'not tried with the program yet'}`,
    ],
    ['Not tried', preset.untried],
  ];
  return facts.flatMap(([name, value]) => (value ? [`${name}: ${displayText(value, 2000)}`] : []));
}

export function runtimeJson(summary: RuntimeSummary): Record<string, unknown> {
  const { preset, program, from, version, tried, searched, rigs, builtIn } = summary;
  const found = { program, from, version, tried, searched };
  return { name: preset.id, label: preset.label, builtIn, ...found, rigs, preset };
}

function programFacts({
  preset,
  program,
  from,
  version,
  tried = [],
  searched,
}: RuntimeSummary): readonly (readonly [string, string | undefined])[] {
  if (program !== undefined) {
    const where = from === undefined ? '' : ` (${whereFound[from]})`;
    return [
      ['Program', `${program}${where}`],
      ['Version', version],
    ];
  }
  return [
    ['Program', `not found${tried.length === 0 ? '' : `; looked for ${tried.join(', ')}`}`],
    ['Searched', searched],
    ['Install', preset.install],
  ];
}

const whereFound: Readonly<Record<NonNullable<RuntimeSummary['from']>, string>> = {
  setting: 'as the town is set',
  path: 'on the PATH',
  place: 'in a place it is known to be, not on the PATH',
};

/** Without the groups, which are there at some starts and not at others. */
const always = (words: Arguments): string[] =>
  words.filter((each) => typeof each === 'string' && each !== '{options}') as string[];

function resumes({ resume, resumeOneShot, capabilities }: RuntimePreset): string {
  if (!capabilities.resume || (!resume && !resumeOneShot)) return 'no';
  if (resume && resumeOneShot) return 'yes';
  return resume ? 'in a terminal only' : 'without a terminal only';
}

function needs({ display, account }: { readonly display: boolean; readonly account: boolean }): string {
  return (
    [...(display ? ['a display'] : []), ...(account ? ['an account'] : [])].join(' and ') || 'nothing else'
  );
}
