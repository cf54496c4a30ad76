import { messageOf } from '../domain/fault.ts';
import {
  isOver,
  judgeContract,
  seenSteps,
  type ContractStep,
  type Verdict,
  type WorkFound,
} from '../domain/contract.ts';
import type { AgentId, Sha } from '../domain/ids.ts';
import { identityOf } from '../domain/polecatNames.ts';
import type { Rig } from '../domain/rig.ts';
import type { HostKind } from '../domain/session.ts';
import { polecatOf, requestOf, type Watched } from '../domain/watched.ts';
import type { Git } from '../git/git.ts';
import type { SlingResult, Slung } from '../protocol/work.ts';
import type { WatchedTown } from './contractTown.ts';

/** What the runtime is given to do. */
export interface ContractTask {
  readonly rig: Rig;
  readonly bead: string;
  /** Must end up in this file, and stands in the bead only. */
  readonly word: string;
  readonly file: string;
  readonly host: 'auto' | HostKind;
  readonly deadlineMs: number;
}

export interface Judgement {
  readonly verdict: Verdict;
  /** Since the bead was slung. */
  readonly seconds: number;
}

export type Walk =
  | { readonly refused: SlingResult['refused'][number] }
  | { readonly slung: Slung; readonly judged: ReadonlyMap<ContractStep, Judgement> };

/** What is told of a step as soon as it is known. */
export type TellStep = (step: ContractStep, judgement: Judgement) => void;

/** Takes a runtime through the contract with one bead: what the town and git saw of it decides, not what it says. */
export async function walkContract(town: WatchedTown, task: ContractTask, tell: TellStep): Promise<Walk> {
  const begun = Date.now();
  const result = await town.ask('work/sling', { beads: [task.bead], host: task.host });
  const [refused] = result.refused;
  if (refused) return { refused };
  const [slung] = result.slung;
  if (!slung) throw new Error('The sling was neither done nor refused.');
  const judged = new Map<ContractStep, Judgement>();
  const since = (): number => Math.round((Date.now() - begun) / 100) / 10;
  const note = (step: ContractStep, verdict: Verdict): void => {
    // What was told stands; the end may only tell more of it.
    const seconds = judged.get(step)?.seconds ?? since();
    judged.set(step, { verdict, seconds });
    tell(step, { verdict, seconds });
  };
  const { late, watched } = await follow(town, task, slung, (step, verdict) => {
    if (!judged.has(step)) note(step, verdict);
  });
  const work = await findWork(town, task, slung, watched);
  const lastLines = await linesOf(town, slung);
  const end = {
    ...watched,
    work,
    lastLines,
    ...(late ? { lateAfterSeconds: Math.round(task.deadlineMs / 1000) } : {}),
  };
  for (const [step, verdict] of judgeContract(end)) {
    if (judged.get(step)?.verdict.evidence !== verdict.evidence) note(step, verdict);
  }
  return { slung, judged };
}

async function follow(
  town: WatchedTown,
  { deadlineMs }: ContractTask,
  slung: Slung,
  see: (step: ContractStep, verdict: Verdict) => void,
): Promise<{ readonly late: boolean; readonly watched: Watched }> {
  const { bead, agent, session = '' } = slung;
  const end = Date.now() + deadlineMs;
  for (;;) {
    const watched = { entries: town.changes.entries, bead, agent, session };
    for (const [step, verdict] of seenSteps(watched)) see(step, verdict);
    const late = Date.now() > end;
    if (late || isOver(watched)) return { late, watched };
    await town.changes.next(end - Date.now());
  }
}

/** More commits than that are not looked at one by one. */
const mostCommits = 200;

async function findWork(
  town: WatchedTown,
  task: ContractTask,
  slung: Slung,
  watched: Watched,
): Promise<WorkFound> {
  const { git } = town;
  const { rig, file, word } = task;
  const [base, branch] = [slung.base as Sha, slung.branch ?? ''];
  const request = requestOf(watched);
  const tip = request?.tip ?? (await git.resolve(rig, `refs/heads/${branch}`));
  const commits = tip ? await git.signatures(rig, { base, tip, limit: mostCommits }) : [];
  const text = tip ? await git.fileAt(rig, tip, file) : undefined;
  return {
    branch,
    identity: identityOf(slung.agent as AgentId),
    commits,
    elsewhere: await commitsElsewhere(git, task, slung, request?.landed),
    uncommitted: request || !polecatOf(watched) ? [] : await leftUncommitted(town, slung),
    wordFound: text?.includes(word) === true,
    file,
  };
}

/** Branches with commits that are neither the recorded one's nor landed. */
async function commitsElsewhere(
  git: Git,
  { rig }: ContractTask,
  { branch, base, worktree }: Slung,
  landed: Sha | undefined,
): Promise<string[]> {
  const found: string[] = [];
  const isNew = async (tip: Sha | undefined): Promise<boolean> =>
    tip !== undefined && tip !== landed && !(await git.isAncestor(rig, tip, base as Sha));
  for (const name of await git.branches(rig)) {
    if (name !== branch && (await isNew(await git.resolve(rig, `refs/heads/${name}`)))) found.push(name);
  }
  // Gone where it has landed.
  const head = await git.headOf(rig, worktree).catch(() => undefined);
  if (head && head.branch === undefined && (await isNew(head.sha))) found.push('no branch (a detached HEAD)');
  return found;
}

/** Of the log; sessions in terminals have none. */
async function linesOf(town: WatchedTown, { host, session }: Slung): Promise<readonly string[]> {
  if (host !== 'process' || session === undefined) return [];
  const { lines } = await town.ask('session/log', { session, lines: 20 });
  return lines.filter((line) => line.trim() !== '');
}

async function leftUncommitted(town: WatchedTown, { agent }: Slung): Promise<readonly string[]> {
  try {
    return (await town.ask('polecat/get', { agent })).uncommitted;
  } catch (error) {
    return [`(not to be told: ${messageOf(error)})`];
  }
}
