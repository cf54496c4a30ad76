import type { Command } from 'commander';
import { messageOf } from '../../domain/fault.ts';
import type { TownFinding } from '../../protocol/doctor.ts';
import { townPaths } from '../../protocol/address.ts';
import type { Cli } from '../cli.ts';
import { examineFolder } from '../doctorFolder.ts';
import { exits, failureOf, Told } from '../failure.ts';
import { findingsLines } from '../text/doctor.ts';
import { verb } from '../words.ts';
import { lookAtRuntimes } from './runtimeDoctor.ts';

const keys =
  '{ ok, findings: [{ about, state: ok|warning|problem, evidence, subject?, advice?, outcome?: fixed|not fixed, why? }] }; exit 1 while a problem is left';

/** What does not fit, in the town's folder, its records, its repositories and its runtimes. */
export function addDoctor(gt: Command, cli: Cli): void {
  verb(gt, 'doctor', {
    does: 'look whether the town is in order, and say how to mend what is not; --fix mends what is safe, and looks again',
    examples: ['gt doctor', 'gt doctor --fix', 'gt doctor --fast'],
    json: keys,
  })
    .option('--fix', 'mend what is safe to mend')
    .option('--fast', 'without the runtimes')
    .action(async ({ fix = false, fast }: { fix?: boolean; fast?: boolean }) => {
      const paths = townPaths(cli.place().town);
      const findings = [
        ...examineFolder(paths, fix),
        ...(await ofTown(cli, { fix })),
        ...(fast ? [] : await ofRuntimes(cli)),
      ];
      say(cli, findings);
    });
  verb(gt, 'orphans', {
    does: 'list processes and worktrees of the town that belong to nobody; --fix ends and archives them',
    examples: ['gt orphans', 'gt orphans --fix'],
    json: keys,
  })
    .option('--fix', 'end the processes; archive the worktrees, then remove them')
    .action(async ({ fix = false }: { fix?: boolean }) => {
      say(cli, await ofTown(cli, { fix, only: ['processes', 'worktrees'] }));
    });
}

function say(cli: Cli, findings: readonly TownFinding[]): void {
  const ok = findings.every(({ state }) => state !== 'problem');
  if (cli.json) cli.output.json({ ok, findings });
  else cli.output.print(findingsLines(findings, cli.output.look));
  if (!ok) throw new Told(exits.refused);
}

/** A town server that cannot be started, or is not to be, is a finding, and the rest is still looked at. */
async function ofTown(
  cli: Cli,
  wish: { readonly fix: boolean; readonly only?: readonly string[] },
): Promise<readonly TownFinding[]> {
  const { fix, only } = wish;
  const params = { ...(fix ? { fix } : {}), ...(only ? { only } : {}) };
  try {
    return (await cli.ask('town/doctor', params)).findings;
  } catch (error) {
    const { code, sentence, next, facts } = failureOf(error);
    if (code !== 'unavailable') throw error;
    const isStopped = facts?.['stopped'] !== undefined;
    return [
      {
        about: 'town server',
        state: isStopped ? 'warning' : 'problem',
        evidence: `${sentence} Records and repositories were not looked at.`,
        ...(next === undefined ? {} : { advice: next }),
      },
    ];
  }
}

async function ofRuntimes(cli: Cli): Promise<readonly TownFinding[]> {
  try {
    const { runtimes, machine } = await lookAtRuntimes(cli);
    const used = runtimes.filter(({ rigs }) => rigs.length > 0);
    return [
      ...machine,
      ...used.map(({ name, label, ready, findings }): TownFinding => {
        const problem = findings.find(({ state }) => state === 'problem');
        if (ready || !problem)
          return { about: 'runtimes', state: 'ok', subject: name, evidence: `${label} is ready.` };
        return {
          about: 'runtimes',
          state: 'problem',
          subject: name,
          evidence: `${label}: ${problem.evidence}`,
          advice: `gt runtime doctor ${name}`,
        };
      }),
    ];
  } catch (error) {
    return [
      { about: 'runtimes', state: 'warning', evidence: `They were not looked at: ${messageOf(error)}` },
    ];
  }
}
