import { attentionOf } from '../domain/attention.ts';
import { later } from '../domain/later.ts';
import { hookOf } from '../domain/hooks.ts';
import type { AgentId, BeadId, RigName } from '../domain/ids.ts';
import type { JournalEntry } from '../domain/journal.ts';
import {
  beadOfIntent,
  beadsAskedAbout,
  examinePlace,
  hangingOn,
  isUnderWay,
  needsPerson,
} from '../domain/placeCheck.ts';
import type { Change, Collection } from '../domain/records.ts';
import type { Misplaced } from '../domain/town.ts';
import type { View } from '../domain/view.ts';
import type { Context } from './context.ts';
import type { Duty } from './duty.ts';

type Parts = Pick<Context, 'store' | 'now' | 'background' | 'timers' | 'log'>;

/**
 * The invariant of places, while the town runs: each bead that a change concerns is looked at, in a later turn than the change. What
 * disagrees still when the town has had time to finish its step is logged, once, and asked about in the attention list until it agrees.
 */
export function watchPlaces(context: Parts): Duty {
  const watch = new PlaceWatch(context);
  return {
    begin: () => watch.begin(),
    changed: (entry) => watch.changed(entry),
  };
}

const key = 'the places of beads';

/** A step of the town's that reaches outside has an intent, and is waited for; every other is over by then. */
const settleMs = 10_000;

/** What is known to disagree is looked at again so often without a change: less often than what keeps a town server awake. */
const standingMs = 15 * 60_000;

/** Beads that are looked at before others get their turn. */
const inTurn = 200;

/** More than these at once are one fault, and the log has the others. */
const mostShown = 50;

class PlaceWatch {
  readonly #context: Parts;
  #changes: Change[] = [];
  readonly #touched = new Set<BeadId>();
  /** To be looked at again, with what was found; undefined: only the attention list can say. */
  readonly #doubted = new Map<BeadId, string | undefined>();
  #isAsked = false;
  #isArmed = false;

  constructor(context: Parts) {
    this.#context = context;
  }

  begin(): void {
    for (const { bead } of this.#shown()) this.#touched.add(bead);
    if (this.#touched.size > 0) this.#ask();
  }

  /** On the way of whoever made the change: nothing is looked at yet. */
  changed({ verb, changes }: JournalEntry): void {
    if (verb.startsWith('place/')) return;
    this.#changes.push(...changes);
    this.#ask();
  }

  #shown(): readonly Misplaced[] {
    return this.#context.store.view.get('town', 'town')?.misplaced ?? [];
  }

  #ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#context.background(key, () => this.#turn());
  }

  async #turn(): Promise<void> {
    await nextTurn();
    this.#isAsked = false;
    const { view } = this.#context.store;
    const changes = this.#changes;
    this.#changes = [];
    for (const change of changes) for (const id of beadsOf(view, change)) this.#touched.add(id);
    let count = 0;
    for (const id of this.#touched) {
      this.#touched.delete(id);
      this.#look(id);
      if ((count += 1) % inTurn === 0) await nextTurn();
    }
  }

  #look(id: BeadId): void {
    const { view } = this.#context.store;
    const bead = view.get('beads', id);
    const { place, fault } = bead ? examinePlace(view, bead, this.#context.now()) : {};
    const isShown = this.#shown().some((each) => each.bead === id);
    if (fault === undefined && !needsPerson(place) && !isShown) {
      this.#doubted.delete(id);
      return;
    }
    if (!this.#doubted.has(id)) this.#doubted.set(id, fault);
    this.#arm();
  }

  #arm(ms = settleMs): void {
    if (this.#isArmed && ms === settleMs) return;
    this.#isArmed = ms === settleMs;
    this.#context.timers.at(key, later(this.#context.now(), ms), () => this.#lookAgain());
  }

  /** With the attention list, which is made once for all of them. */
  async #lookAgain(): Promise<void> {
    this.#isArmed = false;
    const { view } = this.#context.store;
    const at = this.#context.now();
    for (const { bead } of this.#shown()) if (!this.#doubted.has(bead)) this.#doubted.set(bead, undefined);
    const asked = beadsAskedAbout(attentionOf(view, at));
    const found: Misplaced[] = [];
    const agreed = new Set<BeadId>();
    let count = 0;
    for (const id of Array.from(this.#doubted.keys())) {
      const bead = view.get('beads', id);
      const says = bead && examinePlace(view, bead, at, asked).fault;
      if (says === undefined) agreed.add(id);
      else if (this.#stands(id, says)) found.push({ bead: id, says, since: at });
      if ((count += 1) % inTurn === 0) await nextTurn();
    }
    for (const id of agreed) this.#doubted.delete(id);
    await this.#show(found, agreed);
    if (this.#doubted.size > 0) this.#arm();
    else if (this.#shown().length > 0) this.#arm(standingMs);
  }

  /** The same as at the look before, and not shown yet: then it is no doubt any more. */
  #stands(id: BeadId, says: string): boolean {
    const { view } = this.#context.store;
    const before = this.#doubted.get(id);
    this.#doubted.delete(id);
    if (this.#shown().some((each) => each.bead === id && each.says === says)) return false;
    const bead = view.get('beads', id);
    if (says === before && bead && !isUnderWay(view, bead)) return true;
    this.#doubted.set(id, says);
    return false;
  }

  async #show(found: readonly Misplaced[], agreed: ReadonlySet<BeadId>): Promise<void> {
    for (const { says } of found) this.#context.log(`A fault of the town's: ${says}`);
    const gone = this.#shown().filter(({ bead }) => agreed.has(bead));
    for (const { bead } of gone) this.#context.log(`What the town keeps about ${bead} agrees again.`);
    const [first] = [...found, ...gone];
    if (!first) return;
    const verb = found.length > 0 ? 'place/fault' : 'place/agrees';
    await this.#context.store.transact({ verb, by: 'town', subject: first.bead }, (draft) => {
      const town = draft.get('town', 'town');
      if (!town) return;
      const { misplaced = [], ...rest } = town;
      const isKept = ({ bead }: Misplaced): boolean =>
        !agreed.has(bead) && !found.some((each) => each.bead === bead);
      const now = [...misplaced.filter(isKept), ...found].slice(0, mostShown);
      draft.put('town', now.length === 0 ? rest : { ...rest, misplaced: now });
    });
  }
}

/** Whoever waits for the change has got its answer by then. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Their records have the id of an agent. */
const ofAgents: ReadonlySet<Collection> = new Set(['agents', 'workplaces', 'episodes']);

/** The beads that a change concerns, found by indexes only. */
function* beadsOf(view: View, [collection, id, record]: Change): Iterable<BeadId> {
  if (collection === 'beads') {
    yield id as BeadId;
    yield* hangingOn(view, id as BeadId);
  } else if (collection === 'dependencies') yield id.split(' ', 1)[0] as BeadId;
  else if (collection === 'dispatches') yield id as BeadId;
  else if (ofAgents.has(collection)) yield* beadsOfAgent(view, id);
  else if (record === null) return;
  else if (collection === 'sessions') yield* beadsOfAgent(view, record.agent);
  else if (collection === 'mergeRequests') yield record.bead;
  else if (collection === 'rigs') yield* submittedIn(view, record.id);
  else if (collection === 'intents') {
    const bead = beadOfIntent(view, record);
    if (bead !== undefined) yield bead;
  }
}

/** What it has by its own record, or else on its hook: also where it is gone. */
function* beadsOfAgent(view: View, id: string): Iterable<BeadId> {
  const bead = view.get('agents', id)?.bead ?? hookOf(view, id as AgentId)?.id;
  if (bead !== undefined) yield bead;
}

const open = ['submitted', 'conflict', 'rejected', 'waiting-for-checkout'] as const;

function* submittedIn(view: View, rig: RigName): Iterable<BeadId> {
  for (const state of open)
    for (const request of view.find('mergeRequestsByState', state))
      if (request.rig === rig) yield request.bead;
}
