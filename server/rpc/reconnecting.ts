import { messageOf } from '../domain/fault.ts';
import type { Method, Params, Result } from '../protocol/messages.ts';
import type { TownClient } from './client.ts';
import { Unreached } from './failure.ts';
import { Subscription, type SubscriptionListener } from './subscription.ts';

/** connecting → connected → lost → connecting …; closed is the end. `reason` says why a connection was lost or could not be had. */
export type WireState = 'connecting' | 'connected' | 'lost' | 'closed';

export interface ReconnectingOptions {
  /** A new connection: `reachTown`, with what it needs. */
  connect(): Promise<TownClient>;
  /** Before anything else on every new connection: listen to what the town asks, offer to host, attach a session. */
  greet?(client: TownClient): Promise<void>;
  onState?(state: WireState, reason: string | undefined): void;
  /** Wanted: every change, in order, none twice; and when to read all lists again, which is also once at the beginning. */
  readonly subscription?: SubscriptionListener;
  /** How long a request waits for a connection: 10 s. */
  readonly waitMs?: number;
  /** Pauses between attempts: from 100 ms, doubled each time, to 10 s. */
  readonly pauses?: { readonly firstMs: number; readonly mostMs: number };
  /** For the jitter. */
  readonly random?: () => number;
}

/** A connection to the town that comes back. Requests under way when it breaks fail with the reason; later ones wait for the next. */
export class ReconnectingTown {
  readonly #options: ReconnectingOptions;
  readonly #subscription: Subscription | undefined;
  readonly #waiting = new Set<(client: TownClient | undefined) => void>();
  #state: WireState = 'connecting';
  #reason: string | undefined;
  #client: TownClient | undefined;
  #attempts = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Connects at once. */
  constructor(options: ReconnectingOptions) {
    this.#options = options;
    this.#subscription = options.subscription && new Subscription(options.subscription);
    void this.#connect();
  }

  get state(): WireState {
    return this.#state;
  }

  /** Why there is no connection. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** Throws what `TownClient.request` throws, and `Unreached` where no connection came in time. */
  async request<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    const client = this.#client ?? (await this.#wait());
    return await client.request(method, params);
  }

  /** Does not wait for the pause between two attempts to be over. */
  retry(): void {
    if (this.#timer) void this.#connect();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#become('closed', 'closed here');
    this.#client?.close();
    this.#client = undefined;
    this.#release(undefined);
  }

  async #connect(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#become('connecting', this.#reason);
    let client: TownClient | undefined;
    try {
      client = await this.#options.connect();
      await this.#take(client);
    } catch (error) {
      client?.close();
      this.#lost(messageOf(error));
    }
  }

  async #take(client: TownClient): Promise<void> {
    await this.#options.greet?.(client);
    await this.#subscription?.begin(client);
    if (this.#state === 'closed') return client.close();
    this.#client = client;
    this.#attempts = 0;
    this.#become('connected', undefined);
    this.#release(client);
    // At once where it has ended meanwhile.
    client.onEnd((reason) => this.#lost(reason));
  }

  #lost(reason: string): void {
    if (this.#state === 'closed') return;
    this.#client = undefined;
    this.#become('lost', reason);
    this.#timer = setTimeout(() => void this.#connect(), this.#pause());
  }

  /** Half of it is chance, so that the windows of a town do not all come back in the same moment. */
  #pause(): number {
    const { pauses = { firstMs: 100, mostMs: 10_000 }, random = Math.random } = this.#options;
    const full = Math.min(pauses.mostMs, pauses.firstMs * 2 ** this.#attempts);
    this.#attempts += 1;
    return full / 2 + (random() * full) / 2;
  }

  #become(state: WireState, reason: string | undefined): void {
    if (this.#state === 'closed') return;
    this.#state = state;
    this.#reason = reason;
    this.#options.onState?.(state, reason);
  }

  #wait(): Promise<TownClient> {
    const unreached = (): Unreached =>
      new Unreached('nobody', this.#reason ?? 'There is no connection to the town yet.');
    if (this.#state === 'closed') return Promise.reject(unreached());
    return new Promise((resolve, reject) => {
      const done = (client: TownClient | undefined): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        if (client) resolve(client);
        else reject(unreached());
      };
      const timer = setTimeout(() => done(undefined), this.#options.waitMs ?? 10_000);
      this.#waiting.add(done);
    });
  }

  #release(client: TownClient | undefined): void {
    for (const done of this.#waiting) done(client);
  }
}
