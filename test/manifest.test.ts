import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as v from 'valibot';
import { commandTable } from '../client/commands.ts';
import { viewIds } from '../client/views.ts';
import { welcomeState } from '../client/welcome.ts';
import { circumstances } from '../server/protocol/placeholders.ts';
import { givenPreset } from '../server/protocol/presetSchema.ts';
import { root } from './architecture/tree.ts';
import { fitsSchema, type JsonSchema } from './support/fitsSchema.ts';

interface Item {
  readonly command: string;
  readonly when?: string;
  readonly group?: string;
}

interface Manifest {
  readonly activationEvents: readonly string[];
  readonly extensionKind: readonly string[];
  readonly engines: { readonly vscode: string };
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly capabilities: {
    readonly untrustedWorkspaces: {
      readonly supported: string;
      readonly restrictedConfigurations: readonly string[];
    };
    readonly virtualWorkspaces: { readonly supported: boolean };
  };
  readonly contributes: {
    readonly commands: readonly { command: string; title: string; category: string; icon?: string }[];
    readonly views: { readonly gastown: readonly { id: string; name: string; icon: string }[] };
    readonly viewsContainers: { readonly activitybar: readonly { id: string; icon: string }[] };
    readonly viewsWelcome: readonly { view: string; when: string; contents: string }[];
    readonly menus: Readonly<Record<string, readonly Item[]>>;
    readonly configuration: {
      readonly properties: Readonly<Record<string, JsonSchema & { scope?: string }>>;
    };
  };
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
const { commands, menus, views, viewsContainers, viewsWelcome, configuration } = manifest.contributes;
const ids = commands.map(({ command }) => command);
const rowMenus = menus['view/item/context'] ?? [];
const sources = clientSources();

test('the commands are those of the code, under one category, without a prefix of their own', () => {
  assert.deepEqual(
    ids.toSorted(),
    Object.keys(commandTable)
      .map((name) => `gastown.${name}`)
      .toSorted(),
  );
  for (const { title, category } of commands) {
    assert.equal(category, 'Gas Town');
    assert.match(title, /^[A-Z][A-Za-z]*( ([A-Z][A-Za-z]*|to|with))*(\.\.\.)?$/);
    assert.doesNotMatch(title, /^Gas Town/);
  }
});

test('every command that is named anywhere is there', () => {
  const named = [
    ...Object.values(menus).flatMap((items) => items.map(({ command }) => command)),
    ...viewsWelcome.flatMap(({ contents }) =>
      [...contents.matchAll(/command:(gastown\.\w+)/g)].map(([, id]) => id),
    ),
    ...[...sources.matchAll(/'(gastown\.[a-z]\w+)'/g)].map(([, id]) => id).filter((id) => !isOther(id)),
  ];
  assert.ok(named.length > 20);
  for (const id of named) assert.ok(ids.includes(id ?? ''), `there is no command ${id}`);
});

/** Ids of views, their focus commands, context keys, the status bar's item. */
function isOther(id: string | undefined): boolean {
  const keys = [
    'gastown.state',
    'gastown.town',
    'gastown.runtimes',
    'gastown.told',
    'gastown.notifications',
    ...['rig', 'convoy', 'bead', 'attention'].map((noun) => `gastown.${noun}Count`),
  ];
  return id === undefined || keys.includes(id) || Object.values(viewIds).some((view) => id.startsWith(view));
}

test('the views are those of the code, and each has a picture that is there', () => {
  assert.deepEqual(
    views.gastown.map(({ id }) => id),
    Object.values(viewIds),
  );
  for (const { icon } of [...views.gastown, ...viewsContainers.activitybar]) {
    assert.match(readFileSync(join(root, icon), 'utf8'), /^<svg /);
  }
});

test('it wakes up for its views and commands only', () => {
  assert.deepEqual(manifest.activationEvents, []);
  assert.deepEqual(manifest.extensionKind, ['workspace']);
});

test('a workspace that is not trusted cannot choose what is run', () => {
  const { untrustedWorkspaces, virtualWorkspaces } = manifest.capabilities;
  assert.equal(untrustedWorkspaces.supported, 'limited');
  assert.equal(virtualWorkspaces.supported, false);
  assert.deepEqual(untrustedWorkspaces.restrictedConfigurations, Object.keys(configuration.properties));
  for (const [key, { scope }] of Object.entries(configuration.properties))
    assert.equal(scope, 'machine', key);
});

test('the settings are those that the code reads', () => {
  const read = [...sources.matchAll(/getConfiguration\('gastown'\)\s*\.get<\w+>\('(\w+)'/g)].map(
    ([, key]) => key,
  );
  assert.deepEqual(
    Object.keys(configuration.properties),
    [...new Set(read)].map((key) => `gastown.${key}`),
  );
});

test('a runtime of the settings fits as the town takes it: the examples of the documents, and groups in every form', () => {
  const schema = configuration.properties['gastown.runtimes'] ?? {};
  const isMarked = (preset: unknown): boolean => !fitsSchema({ 'my-agent': preset }, schema);
  const page = readFileSync(join(root, 'docs/presets.md'), 'utf8');
  const examples = [...page.matchAll(/^```json\n(.*?)^```/gms)].map(([, text = '']): unknown =>
    JSON.parse(text),
  );
  assert.ok(examples.length > 1);
  for (const example of examples) {
    assert.ok(v.is(givenPreset, example));
    assert.ok(!isMarked(example), JSON.stringify(example));
  }
  const takes = (fields: object): boolean => v.is(givenPreset, { id: 'my-agent', ...fields });
  const { entries } = givenPreset as unknown as { readonly entries: object };
  const forms = Object.keys(entries).filter((field) => takes({ [field]: [{ words: ['x'] }] }));
  assert.ok(forms.includes('arguments') && forms.includes('oneShot'));
  const groups = circumstances.flatMap((each) => [
    { when: each, words: ['{worktree}'] },
    { unless: each, words: [] },
  ]);
  for (const form of forms) {
    assert.ok(!isMarked({ [form]: ['--json', ...groups] }), form);
    for (const wrong of [
      { word: ['x'] },
      { words: 'x' },
      { when: 'never', words: [] },
      { when: 'auto' },
      1,
    ]) {
      assert.deepEqual([takes({ [form]: [wrong] }), isMarked({ [form]: [wrong] })], [false, true], form);
    }
  }
});

test('every welcome is for a state that there is, and every state of an empty view has one', () => {
  const wanted = new Set<string>(['ready']);
  for (const kind of ['untrusted', 'no-town', 'starting'] as const) {
    wanted.add(welcomeState({ kind }, { town: undefined, problem: undefined }));
  }
  wanted.add(welcomeState({ kind: 'failed', message: '' }, { town: undefined, problem: undefined }));
  wanted.add(
    welcomeState({ kind: 'failed', message: '', stopped: true }, { town: undefined, problem: undefined }),
  );
  const states = viewsWelcome.map(({ when }) => /gastown\.state == '([\w-]+)'/.exec(when)?.[1] ?? when);
  assert.deepEqual(new Set(states), wanted);
  for (const view of Object.values(viewIds)) {
    assert.ok(
      viewsWelcome.some((each) => each.view === view && each.when.includes("'ready'")),
      view,
    );
  }
});

test('a row has two buttons at most, whatever it is', () => {
  const words = {
    'polecat working running terminal held worked': ['openTerminal', 'showDiff'],
    'polecat needs-you running terminal held worked': ['openTerminal', 'showDiff'],
    'polecat interrupted resumable held worked': ['resumeSession', 'showDiff'],
    'polecat done running mergeable worked': ['showDiff', 'merge'],
    'polecat done mergeable worked': ['showDiff', 'merge'],
    'polecat done mergeable retryable rejectable gated worked': ['showDiff', 'merge'],
    'rig active': ['createBead'],
    'rig active paused': ['createBead'],
    'rig active missing': ['createBead'],
    crew: ['startSeance'],
    'crew running': ['openTerminal'],
    'mayor running': ['openTerminal'],
    'bead ready slingable': ['sling'],
    'bead blocked': [],
    'bead submitted worked mergeable': ['showDiff', 'merge'],
    'convoy open slingable': ['sling'],
    'attention shown answerable': ['openTerminal', 'answer'],
    'attention answerable resumed': ['resumeSession', 'answer'],
    'attention resumed shown': ['openTerminal', 'resumeSession'],
    'attention worked mergeable': ['showDiff', 'merge'],
    'attention mergeable': ['merge'],
    'attention worked mergeable rejectable gated': ['showDiff', 'merge'],
    'attention resumed shown retryable gated': ['openTerminal', 'resumeSession'],
    'attention approvable': ['approveRig'],
    'attention plugin': ['approvePlugin'],
    'attention acknowledgeable': ['acknowledge'],
    'attention readable': ['readMail'],
    'attention copied': ['copyCommand'],
    'convoy landed': [],
    archive: ['restoreArchive'],
    bin: [],
    'convoy staged': ['launchConvoy'],
    more: [],
    town: [],
  };
  for (const [context, buttons] of Object.entries(words)) {
    assert.deepEqual(shown(context, /^inline/), buttons, context);
  }
});

test('what takes away stands last, and only where it works', () => {
  assert.deepEqual(shown('polecat working running terminal held worked', /^9_/), [
    'unsling',
    'removePolecat',
  ]);
  assert.deepEqual(shown('polecat done mergeable worked', /^9_/), ['removePolecat']);
  assert.deepEqual(shown('bead ready slingable', /^9_/), []);
  const groups = rowMenus.map(({ group = '' }) => group).filter((group) => !group.startsWith('inline'));
  for (const group of groups) assert.match(group, /^[1-9]_\w+@\d$/);
});

test('a rig offers to install its runtime only where it is missing; only held work can be handed off', () => {
  const runtime = ['changeRuntime', 'testRuntime'];
  assert.deepEqual(shown('rig active', /^3_/), runtime);
  assert.deepEqual(shown('rig active missing', /^3_/), runtime);
  assert.deepEqual(shown('rig active missing installable', /^3_/), ['copyInstallCommand', ...runtime]);
  assert.ok(shown('polecat working running terminal talkable held worked', /^2_/).includes('handOff'));
  assert.ok(!shown('polecat done mergeable talkable worked', /^2_/).includes('handOff'));
  for (const [context, offered] of Object.entries({ 'polecat working held worked': false, crew: true }))
    assert.equal(shown(context, /^1_/).includes('talk'), offered, context);
});

test('finished work is tried again or rejected where that can be; a refinery is paused or resumed, not both', () => {
  const merging = (context: string): string[] =>
    shown(context, /^2_/).filter((name) => name.endsWith('erge'));
  const all = ['merge', 'retryMerge', 'rejectMerge'];
  assert.deepEqual(merging('polecat done mergeable retryable rejectable worked'), all);
  assert.deepEqual(merging('bead submitted worked mergeable rejectable'), ['merge', 'rejectMerge']);
  assert.deepEqual(merging('attention resumed shown retryable'), ['retryMerge']);
  assert.deepEqual(merging('polecat working held worked'), []);
  assert.ok(shown('convoy open gated', /^1_/).includes('showGates'));
  assert.ok(!shown('polecat done mergeable worked', /^1_/).includes('showGates'));
  assert.deepEqual(shown('rig active', /^5_/), ['parkRig', 'stopRig', 'pauseRefinery']);
  assert.deepEqual(shown('rig parked missing paused', /^5_/), ['unparkRig', 'stopRig', 'resumeRefinery']);
});

test('commands that need a row are not in the palette, all others are', () => {
  const hidden = (menus['commandPalette'] ?? [])
    .filter(({ when }) => when === 'false')
    .map(({ command }) => command);
  assert.deepEqual(hidden, [
    'gastown.copyId',
    'gastown.copyInstallCommand',
    'gastown.showMoreBeads',
    'gastown.reveal',
    'gastown.approveRig',
    'gastown.acknowledge',
    'gastown.readMail',
    'gastown.copyCommand',
  ]);
});

test('icons of commands are codicons, and buttons have one', () => {
  const withButton = new Set(
    Object.values(menus).flatMap((items) =>
      items
        .filter(({ group }) => group?.startsWith('inline') || group?.startsWith('navigation'))
        .map(({ command }) => command),
    ),
  );
  for (const { command, icon } of commands) {
    if (withButton.has(command)) assert.match(icon ?? '', /^\$\([a-z-]+\)$/, command);
  }
});

test('the types are those of the oldest VS Code that is promised', () => {
  assert.equal(`^${manifest.devDependencies['@types/vscode']}`, manifest.engines.vscode);
});

/** The commands whose `when` fits a row with these words, in the order of their groups. */
function shown(context: string, group: RegExp): string[] {
  return rowMenus
    .filter((item) => group.test(item.group ?? '') && fits(item.when ?? '', context))
    .toSorted((a, b) => (a.group ?? '').localeCompare(b.group ?? ''))
    .map(({ command }) => command.replace('gastown.', ''));
}

function fits(when: string, context: string): boolean {
  const pattern = /viewItem =~ \/(.+)\/$/.exec(when)?.[1];
  assert.ok(pattern, when);
  return new RegExp(pattern).test(context);
}

function clientSources(): string {
  const files = readdirSync(join(root, 'client'), { recursive: true, encoding: 'utf8' });
  const texts = files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(root, 'client', file), 'utf8'));
  return texts.join('\n');
}
