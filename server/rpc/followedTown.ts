import { existsSync } from 'node:fs';
import { Refusal } from '../domain/refusal.ts';
import type { JournalEntry } from '../domain/journal.ts';
import { findTown, townPaths } from '../protocol/address.ts';
import type { Method, Params, Result } from '../protocol/messages.ts';
import type { TownClient } from './client.ts';
import { reachTown } from './reach.ts';
import { clearStopped, isStoppedRefusal, readStopped, stoppedRefusal } from './stopped.ts';
import { ReconnectingTown, type WireState } from './reconnecting.ts';

/** How a follower stands to its town. With `resync`, all lists are to be read again. */
export interface TownNews {
  /** `failed`: the town server says no, could not be started, or was taken down by a person. */
  readonly state: 'no-town' | 'connecting' | 'connected' | 'lost' | 'failed';
  readonly town?: string;
  readonly message?: string;
  readonly resync?: boolean;
  /** With `failed`: a person stopped the town, and a person starts it: `wake`. */
  readonly stopped?: boolean;
}

export interface FollowOptions {
  readonly serverProgram: string;
  readonly version: string;
  /** Before anything else on every new connection. */
  greet(client: TownClient): Promise<void>;
  onNews(news: TownNews): void;
  onChange(entry: JournalEntry): void;
}

/** Where a town is looked for, as `gt` does it. */
type TownPlace = Parameters<typeof findTown>[0];

/** A town that `gt install` makes meanwhile is noticed after this long; so is one that was taken down and runs again. */
const lookMs = 1000;

const takenDown = 'The town server was taken down. The next gt command starts it again.';

/**
 * The town of a window that is there for long: found, or waited for until it is made, then kept connected whatever happens to its
 * server. Only after `town/down`, which a person wished, it starts none by itself until something is requested.
 */
export class FollowedTown {
  readonly #options: FollowOptions;
  #wire: ReconnectingTown | undefined;
  #place: TownPlace | undefined;
  #looking: NodeJS.Timeout | undefined;
  /** Counts the towns followed, so that what is still said of an earlier one is not listened to. */
  #turn = 0;
  #state: WireState = 'connecting';
  /** The last attempt was refused: another one, alone, is no news. */
  #refused = false;
  /** It was refused since a person stopped the town. */
  #stopped = false;
  #resting = false;
  #resync = false;
  #told = '';

  constructor(options: FollowOptions) {
    this.#options = options;
  }

  get isConnected(): boolean {
    return this.#state === 'connected';
  }

  /** Refused with `unavailable` where a person took the town server down and nobody started it since. */
  refuseToWake(): void {
    if (this.#resting) throw new Refusal('unavailable', takenDown, { next: 'gt status' });
  }

  /** A person starts a town that was stopped, or taken down. */
  wake(): Readonly<Record<string, never>> {
    const town = this.#place && findTown(this.#place, isTown);
    if (town !== undefined) {
      clearStopped(townPaths(town));
      this.follow(town);
    }
    return {};
  }

  /** Finds the town, or says `no-town` and goes on looking. */
  find(place: TownPlace): void {
    this.#place = place;
    if (this.#look()) return;
    this.#tell({ state: 'no-town', ...(place.townVariable ? { town: place.townVariable } : {}) });
    this.#every(() => this.#look());
  }

  /** Follows the town in that folder, instead of the one before. */
  follow(town: string): void {
    this.#stop();
    [this.#refused, this.#resting, this.#resync] = [false, false, false];
    const turn = this.#turn;
    const isCurrent = (): boolean => this.#turn === turn;
    this.#wire = new ReconnectingTown({
      connect: () => this.#reach(town),
      greet: (client) => this.#options.greet(client),
      subscription: {
        changed: (entry) => isCurrent() && this.#options.onChange(entry),
        resync: () => isCurrent() && this.#missed(town),
      },
      onState: (state, reason) => isCurrent() && this.#became(town, state, reason),
    });
  }

  /** Refused with `unavailable` where there is no town; throws what `ReconnectingTown.request` throws. */
  async request<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    if (!this.#wire) this.#look();
    if (!this.#wire) {
      const next = 'gt install makes one, and so does the request gastown/town/create.';
      throw new Refusal('unavailable', 'There is no town here yet.', { next });
    }
    if (!this.isConnected) {
      this.#resting = false;
      this.#wire.retry();
    }
    return await this.#wire.request(method, params);
  }

  /** For good. */
  close(): void {
    this.#place = undefined;
    this.#stop();
  }

  #stop(): void {
    this.#turn += 1;
    this.#state = 'connecting';
    clearInterval(this.#looking);
    this.#wire?.close();
    this.#wire = undefined;
  }

  #look(): boolean {
    const town = this.#place && findTown(this.#place, isTown);
    if (town === undefined || !isTown(town)) return false;
    this.follow(town);
    return true;
  }

  #every(work: () => unknown): void {
    clearInterval(this.#looking);
    this.#looking = setInterval(work, lookMs);
  }

  async #reach(town: string): Promise<TownClient> {
    const { serverProgram, version } = this.#options;
    const turn = this.#turn;
    try {
      const client = await reachTown({
        town,
        client: 'language-server',
        start: !this.#resting,
        serverProgram,
        version,
      });
      client.onNotification('town/leaving', ({ reason }) => {
        if (reason === 'town/down' && this.#turn === turn) this.#rest();
      });
      this.#refused = false;
      return client;
    } catch (error) {
      this.#refused = error instanceof Refusal;
      this.#stopped = isStoppedRefusal(error);
      // What is refused now is refused again: from here on with the pauses of the connection.
      if (this.#refused) clearInterval(this.#looking);
      throw error;
    }
  }

  #rest(): void {
    this.#resting = true;
    this.#every(() => this.#wire?.retry());
  }

  #became(town: string, state: WireState, reason: string | undefined): void {
    this.#state = state;
    if (state === 'closed') return;
    if (state === 'connected') {
      clearInterval(this.#looking);
      this.#resting = false;
      this.#tell({ state, town, ...(this.#resync ? { resync: true } : {}) });
      this.#resync = false;
      return;
    }
    const stopped = readStopped(townPaths(town));
    if (stopped && (this.#resting || this.#stopped)) {
      const { message } = stoppedRefusal(stopped);
      return this.#tell({ state: 'failed', town, message, stopped: true });
    }
    if (this.#resting) return this.#tell({ state: 'failed', town, message: takenDown });
    if (state === 'connecting' && this.#refused) return;
    const message = reason === undefined ? {} : { message: reason };
    this.#tell({ state: this.#refused ? 'failed' : state, town, ...message });
  }

  /** While a connection is being made, it is told together with it. */
  #missed(town: string): void {
    this.#resync = !this.isConnected;
    if (this.isConnected) this.#tell({ state: 'connected', town, resync: true });
  }

  /** The same news twice is none, but for what asks to do something. */
  #tell(news: TownNews): void {
    const text = JSON.stringify(news);
    if (text === this.#told && !news.resync) return;
    this.#told = text;
    this.#options.onNews(news);
  }
}

function isTown(folder: string): boolean {
  return existsSync(townPaths(folder).state);
}
