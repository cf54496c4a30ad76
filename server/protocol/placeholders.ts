import type { Arguments, Circumstance, Placeholder } from '../domain/runtime.ts';
import type { Problem } from './hostile.ts';
import type { GivenPreset } from './preset.ts';

/** `always`: there at every launch. `own`: in the forms for one known session. `group`: only in a group, which goes where it is not there. */
const presence: Readonly<Record<Placeholder, 'always' | 'own' | 'tools' | 'group'>> = {
  prompt: 'always',
  file: 'always',
  private: 'always',
  worktree: 'always',
  town: 'always',
  id: 'own',
  tools: 'tools',
  systemPrompt: 'group',
  systemPromptFile: 'group',
  settings: 'group',
  gitDirectory: 'group',
  gitCommonDirectory: 'group',
  spool: 'group',
};

const others = ['auto', 'root', 'trusted', 'process'] as const satisfies readonly Circumstance[];

export const circumstances: readonly Circumstance[] = [
  ...others,
  ...(Object.keys(presence) as Placeholder[]),
];

/**
 * The first place in a preset that names what no launch has, or outside a group what a launch may not have: the words around it would
 * then mean something else.
 */
export function placeholderProblem(preset: GivenPreset): Problem | undefined {
  for (const [field, words, allowed] of formsOf(preset)) {
    const problem = wordsProblem(field, words ?? [], new Set(allowed));
    if (problem) return problem;
  }
  const texts: readonly (readonly [string, Readonly<Record<string, string>> | undefined])[] = [
    ['environment.set', preset.environment?.set],
    ['trust.environment', preset.trust?.environment],
    ['files', Object.fromEntries((preset.files ?? []).map(({ text }, at) => [`${at}.text`, text]))],
  ];
  for (const [field, values] of texts) {
    for (const [name, value] of Object.entries(values ?? {})) {
      const unknown = namesIn(value).find((each) => !Object.hasOwn(presence, each));
      if (unknown !== undefined) return { field: `${field}.${name}`, problem: namesNothing(unknown) };
    }
  }
  return undefined;
}

type Presence = (typeof presence)[Placeholder];

function formsOf(
  preset: GivenPreset,
): readonly (readonly [string, Arguments | undefined, readonly Presence[]])[] {
  const { systemPrompt, talk, tools, trust, approval } = preset;
  const config = systemPrompt?.kind === 'config' ? systemPrompt.arguments : undefined;
  return [
    ['arguments', preset.arguments, ['always']],
    ['oneShot', preset.oneShot, ['always']],
    ['resume', preset.resume, ['always', 'own']],
    ['resumeOneShot', preset.resumeOneShot, ['always', 'own']],
    ['talk.terminal', talk?.terminal, ['always', 'own']],
    ['talk.oneShot', talk?.oneShot, ['always', 'own']],
    ['approval.ask', approval?.ask, ['always']],
    ['approval.auto', approval?.auto, ['always']],
    ['trust.arguments', trust?.arguments, ['always']],
    ['tools.given.allow', tools?.given?.allow, ['always', 'tools']],
    ['tools.given.deny', tools?.given?.deny, ['always', 'tools']],
    // Left out whole where there is no such text.
    ['systemPrompt.arguments', config, ['always', 'group']],
  ];
}

function wordsProblem(field: string, words: Arguments, allowed: ReadonlySet<Presence>): Problem | undefined {
  for (const [at, each] of words.entries()) {
    const inGroup = typeof each !== 'string';
    for (const [nth, word] of (inGroup ? each.words : [each]).entries()) {
      const place = inGroup ? `${field}.${at}.words.${nth}` : `${field}.${at}`;
      const problem = wordProblem(word, inGroup ? new Set([...allowed, 'own', 'group']) : allowed);
      if (problem !== undefined) return { field: place, problem };
    }
  }
  return undefined;
}

function wordProblem(word: string, allowed: ReadonlySet<Presence>): string | undefined {
  if (word === '{options}') return undefined;
  for (const name of namesIn(word)) {
    if (!Object.hasOwn(presence, name)) return namesNothing(name);
    const needed = presence[name as Placeholder];
    if (allowed.has(needed)) continue;
    return needed === 'tools'
      ? '{tools} has a value in tools.given only'
      : `{${name}} may have no value: put its words in a group, { "words": [...] }`;
  }
  return undefined;
}

const namesIn = (text: string): string[] =>
  [...text.matchAll(/\{([A-Za-z]+)(?::json)?\}/g)].map(([, name = '']) => name);

const namesNothing = (name: string): string =>
  `{${name}} names nothing; there is options, ${Object.keys(presence).join(', ')}`;
