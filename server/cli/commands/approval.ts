import { Refusal } from '../../domain/refusal.ts';
import { displayText } from '../../domain/text.ts';
import type { UnapprovedKey } from '../../protocol/rig.ts';
import { answer, type Cli } from '../cli.ts';

/**
 * Carries `work` out, and where it is refused because the repository's configuration, or its setup, names programs: shows them, asks on
 * a terminal, and tries again with their hash. Without a terminal the refusal stands, with the hash to give.
 */
export async function withApproval(
  cli: Cli,
  { option, hash }: Given,
  work: (approved: string | undefined) => Promise<void>,
): Promise<void> {
  try {
    await work(hash);
  } catch (error) {
    const asked = unapproved(error);
    if (!asked || asked.keys.length === 0) throw error;
    if (!cli.json) cli.output.note(keyLines(asked.keys));
    const agreed = !cli.json && (await cli.confirm('May they run for this rig?'));
    if (!agreed) throw refusalWithHash(error, `${option} ${asked.hash}`);
    await work(asked.hash);
  }
}

/** `gt rig approve NAME`: the keys are those of the refusal that an approval without a hash gets. */
export async function approveKeys(cli: Cli, name: string, hash: string | undefined): Promise<void> {
  try {
    await withApproval(cli, { option: '--hash', hash }, (approved) => approve(cli, name, approved));
  } catch (error) {
    if (unapproved(error)?.keys.length !== 0) throw error;
    if (cli.json) cli.output.json({ name, keys: [] });
    else cli.output.print([`Nothing of ${displayText(name)} needs an approval.`]);
  }
}

async function approve(cli: Cli, name: string, hash = unknownHash): Promise<void> {
  await answer(cli, {
    method: 'rig/approve',
    params: { rig: name, hash },
    text: ({ rig, keys }) => [
      ...keyLines(keys),
      `Approved for ${displayText(rig.id)}, until one of them changes.`,
    ],
    json: ({ rig, keys }) => ({ name: rig.id, keys }),
  });
}

const unknownHash = 'unknown';

/** The option that takes a hash, and what it was given. */
interface Given {
  readonly option: string;
  readonly hash: string | undefined;
}

interface Asked {
  readonly hash: string;
  readonly keys: readonly UnapprovedKey[];
}

/** `stale`: the configuration is not the one of the hash that was given. */
const approvable: ReadonlySet<string> = new Set(['unapproved', 'stale']);

function unapproved(error: unknown): Asked | undefined {
  if (!(error instanceof Refusal) || !approvable.has(error.code)) return undefined;
  const { hash, keys } = error.details.facts ?? {};
  return typeof hash === 'string' && Array.isArray(keys)
    ? { hash, keys: keys as readonly UnapprovedKey[] }
    : undefined;
}

function keyLines(keys: readonly UnapprovedKey[]): string[] {
  const [setup] = keys.filter(isSetup);
  const configuration = keys.filter((key) => !isSetup(key));
  return [
    ...(configuration.length === 0
      ? []
      : ["The repository's git configuration names programs that git would run:"]),
    ...configuration.map(
      ({ key, value, scope }) =>
        `  ${displayText(key)} = ${displayText(value, 500)}  (${displayText(scope)})`,
    ),
    ...(setup ? ['This would run in each new workplace:', `  ${displayText(setup.value, 500)}`] : []),
  ];
}

/** The rig's setup command stands among the keys of git, since a person approves them alike. */
const isSetup = ({ key, scope }: UnapprovedKey): boolean => key === 'setup' && scope === 'rig';

function refusalWithHash(error: unknown, words: string): unknown {
  if (!(error instanceof Refusal)) return error;
  const next = `the same command with ${words}, once you have read them`;
  return new Refusal('unapproved', error.message, { ...error.details, next });
}
