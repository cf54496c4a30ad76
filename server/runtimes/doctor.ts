import type { Finding } from '../domain/finding.ts';
import type { RuntimePreset } from '../domain/runtime.ts';
import { allWords, fill } from './placeholders.ts';
import { knownProgram, missingSentence } from './programs.ts';

/** A program that the town needs, or why it cannot be used. */
type MachineProgram = { readonly version: string } | { readonly problem: string; readonly next?: string };

/** What every runtime of this machine shares. */
export interface MachineFacts {
  readonly isRoot: boolean;
  /** Claude Code takes a root user's word that it is in a sandbox from this. */
  readonly saysSandbox: boolean;
  readonly hasDisplay: boolean;
  /** A login shell that is started with a PATH still has it. */
  readonly loginShellKeepsPath: boolean;
  /** Absent: none on the PATH. */
  readonly node?: string;
  /** As the session host finds it. */
  readonly tmux: MachineProgram;
  readonly git: MachineProgram;
  /** Of the user's own configuration. */
  readonly identity: { readonly name?: string; readonly email?: string };
}

export interface RigFacts {
  readonly name: string;
  readonly isolation?: string;
  readonly approval?: string;
  readonly session?: string;
}

export interface RuntimeFacts {
  readonly preset: RuntimePreset;
  /** Where a person said that its program is: it is looked for nowhere else. */
  readonly set?: string;
  /** As the town would start it. */
  readonly program?: {
    readonly path: string;
    /** A script that Node runs. */
    readonly isNodeScript: boolean;
    /** In whole days, of its file. */
    readonly ageDays: number;
  };
  /** What it says of itself, where it was asked and answered. */
  readonly version?: string;
  /** A variable or file that tells of a sign-in. */
  readonly account?: string;
  /** What its command means in the user's own shell, where that is something else. */
  readonly alias?: string;
  /** That use it. */
  readonly rigs: readonly RigFacts[];
}

/** Nothing of it is known not to work. */
export function isReady(findings: readonly Finding[]): boolean {
  return findings.every(({ state }) => state !== 'problem');
}

/** What a person should know of a runtime before it is started. Whatever is ok is said too, so that it can be seen what was looked at. */
export function diagnose(facts: RuntimeFacts, machine: MachineFacts): readonly Finding[] {
  return rules.flatMap((rule) => rule(facts, machine) ?? []);
}

/** The same of what all of them share. */
export function diagnoseMachine(machine: MachineFacts, rigs: readonly RigFacts[]): readonly Finding[] {
  return [gitFinding(machine), identityFinding(machine), tmuxFinding(machine, rigs)];
}

type Rule = (facts: RuntimeFacts, machine: MachineFacts) => Finding | undefined;

const rules: readonly Rule[] = [
  programRule,
  versionRule,
  aliasRule,
  nodeRule,
  accountRule,
  rootRule,
  loginShellRule,
  displayRule,
  isolationRule,
  evidenceRule,
];

const isOwn = ({ preset }: RuntimeFacts): boolean => /^\{\w+\}$/.test(preset.command);

function programRule({ preset, program, set, ...facts }: RuntimeFacts): Finding {
  if (isOwn({ preset, ...facts })) return ok('program', 'It needs no program of its own.');
  if (program) return ok('program', program.path);
  if (set !== undefined)
    return problem(
      'program',
      missingSentence(preset, set),
      `Say where it is: gt config runtime.${preset.id}.command PATH, or none to have it looked for.`,
    );
  const { install, places = [] } = preset;
  const elsewhere = places.length === 0 ? '' : `, nor is there ${places.join(' or ')}`;
  return problem(
    'program',
    `There is no "${preset.command}" on the PATH of your login shell${elsewhere}.`,
    install === undefined
      ? `Install it, or say where it is: gt config runtime.${preset.id}.command PATH`
      : `Install it: ${install}`,
  );
}

/** Vendors change flags and models under old programs. */
const oldDays = 180;

function versionRule({ preset, program, version }: RuntimeFacts): Finding | undefined {
  const { versionArguments, install } = preset;
  if (!program) return undefined;
  const age = `its file is ${program.ageDays} days old`;
  if (!versionArguments) return ok('version', `Not asked, since its preset does not say how; ${age}.`);
  const words = [preset.command, ...versionArguments].join(' ');
  if (version === undefined)
    return warning('version', `${words} gave no answer.`, `Run it by hand and read what it says: ${words}`);
  return program.ageDays > oldDays
    ? warning('version', `${version}; ${age}.`, `Update it${install === undefined ? '.' : `: ${install}`}`)
    : ok('version', `${version}; ${age}.`);
}

function aliasRule({ preset, program, set, alias }: RuntimeFacts): Finding | undefined {
  // Who has said where the program is has chosen between the two.
  if (alias === undefined || set !== undefined) return undefined;
  const started = program ? `the town starts ${program.path}` : 'the town finds no such program';
  return warning(
    'alias',
    `In your shell ${preset.command} means ${alias}; ${started}.`,
    `If that is the one you mean, give its path: gt config runtime.${preset.id}.command PATH`,
  );
}

function nodeRule({ preset, program }: RuntimeFacts, { node }: MachineFacts): Finding | undefined {
  if (!program?.isNodeScript) return undefined;
  const least = knownProgram(preset.command)?.node;
  if (node === undefined)
    return problem(
      'node',
      'It is a script of Node, and no node is on the PATH.',
      'Install Node from nodejs.org.',
    );
  const major = Number(/\d+/.exec(node)?.[0]);
  return least !== undefined && major < least
    ? problem('node', `It is run by Node ${node}.`, `It needs Node ${least} or newer.`)
    : ok('node', `It is run by Node ${node}.`);
}

/** No sign is no proof: keychains are not looked into. */
function accountRule({ preset, account }: RuntimeFacts): Finding | undefined {
  if (!preset.needs.account) return undefined;
  if (account !== undefined)
    return ok('account', `${account} is there; whether it still holds is not tried.`);
  const { signIn } = preset;
  return warning(
    'account',
    'No sign of an account was found; it may be kept elsewhere.',
    signIn === undefined ? 'Start it once by hand and sign in.' : `To sign in: ${signIn}`,
  );
}

const bypasses: readonly string[] = ['bypassPermissions', '--dangerously-skip-permissions'];

function rootRule(
  { preset, rigs }: RuntimeFacts,
  { isRoot, saysSandbox }: MachineFacts,
): Finding | undefined {
  const asRoot = fill(preset.approval.auto, { values: {}, so: new Set(['auto', 'root']) });
  if (!isRoot || saysSandbox || !asRoot.some((word) => bypasses.includes(word))) return undefined;
  const automatic = rigs.filter(({ approval }) => approval === 'auto').map(({ name }) => name);
  const said = 'As root it refuses to start with its permissions skipped';
  const advice = 'Work as another user, or leave approval at ask.';
  return automatic.length > 0
    ? problem('root', `${said}, which ${automatic.join(', ')} would do.`, advice)
    : warning('root', `${said}, as approval auto does.`, advice);
}

function loginShellRule({ preset, program }: RuntimeFacts, machine: MachineFacts): Finding | undefined {
  const loginShell = knownProgram(preset.command)?.loginShell;
  if (!program || !loginShell || machine.loginShellKeepsPath) return undefined;
  const given = allWords([...preset.arguments, ...(preset.oneShot ?? [])]);
  if (loginShell.unless.some((word) => given.some((each) => each.includes(word)))) return undefined;
  return warning(
    'PATH',
    'It runs commands in login shells, and yours sets PATH anew: gt and bd may not be found there.',
    loginShell.advice,
  );
}

function displayRule({ preset }: RuntimeFacts, { hasDisplay }: MachineFacts): Finding | undefined {
  if (!preset.needs.display) return undefined;
  return hasDisplay
    ? ok('display', 'There is a display.')
    : problem(
        'display',
        'It needs a display, and there is none here.',
        'Run the town on a desktop, or set DISPLAY.',
      );
}

function isolationRule({ preset, rigs }: RuntimeFacts): Finding | undefined {
  if (preset.capabilities.commitsInWorktree) return undefined;
  const linked = rigs.filter(({ isolation }) => isolation === 'worktree').map(({ name }) => name);
  if (linked.length === 0) return undefined;
  return problem(
    'isolation',
    `Its sandbox cannot commit in a linked worktree, which ${linked.join(', ')} would give it.`,
    linked.map((name) => `gt rig config ${name} isolation clone`).join('; '),
  );
}

function evidenceRule({ preset }: RuntimeFacts): Finding | undefined {
  if (preset.evidence === 'run') return undefined;
  return warning(
    'preset',
    'This preset was not tried with the real program.',
    `Try it: gt runtime test ${preset.id}`,
  );
}

function gitFinding({ git }: MachineFacts): Finding {
  return 'version' in git ? ok('git', git.version) : problem('git', git.problem, git.next ?? 'Install git.');
}

function identityFinding({ identity: { name, email } }: MachineFacts): Finding {
  if (name !== undefined && email !== undefined) return ok('git identity', `${name} <${email}>`);
  return warning(
    'git identity',
    'git does not know who you are; polecats bring their own identity, people do not.',
    'git config --global user.name NAME, and the same for user.email',
  );
}

function tmuxFinding({ tmux }: MachineFacts, rigs: readonly RigFacts[]): Finding {
  if ('version' in tmux) return ok('tmux', tmux.version);
  const wanted = rigs.filter(({ session }) => session === 'tmux').map(({ name }) => name);
  return wanted.length > 0
    ? problem('tmux', `${tmux.problem} ${wanted.join(', ')} would live in it.`, tmux.next ?? 'Install tmux.')
    : ok('tmux', `${tmux.problem} Nothing here wants it.`);
}

const ok = (about: string, evidence: string): Finding => ({ about, state: 'ok', evidence });

const warning = (about: string, evidence: string, advice: string): Finding => ({
  about,
  state: 'warning',
  evidence,
  advice,
});

const problem = (about: string, evidence: string, advice: string): Finding => ({
  about,
  state: 'problem',
  evidence,
  advice,
});
