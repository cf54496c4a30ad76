import { Refusal } from '../domain/refusal.ts';
import { noEditor, type OpenRequest, type SessionHost } from './host.ts';

export interface WindowOffer {
  /** The window's own name for itself. */
  readonly window: string;
  readonly trusted: boolean;
  readonly focused: boolean;
}

/** Asks one window to open a terminal; rejects where it says no or goes away. */
export type AskWindow<Connection> = (connection: Connection, request: OpenRequest) => Promise<unknown>;

/** A window that does not answer is not waited for longer than this before the next is asked. */
const answerMs = 15_000;

interface Offering<Connection> {
  readonly connection: Connection;
  readonly trusted: boolean;
}

/** The windows that offer to host terminals, the last focused first. Only trusted ones are asked. */
export class EditorHost<Connection extends object> implements SessionHost {
  readonly kind = 'editor';
  readonly #ask: AskWindow<Connection>;
  readonly #answerMs: number;
  #offers: readonly Offering<Connection>[] = [];

  constructor(ask: AskWindow<Connection>, withinMs = answerMs) {
    this.#ask = ask;
    this.#answerMs = withinMs;
  }

  /** How many trusted windows offer. */
  get count(): number {
    return this.windows.length;
  }

  /** A window offers, or says anew how it stands. */
  offer(connection: Connection, { trusted, focused }: WindowOffer): void {
    const index = this.#offers.findIndex((each) => each.connection === connection);
    const others = this.#offers.filter((each) => each.connection !== connection);
    const place = focused ? 0 : index === -1 ? others.length : index;
    this.#offers = [...others.slice(0, place), { connection, trusted }, ...others.slice(place)];
  }

  /** Every trusted window that offers, the last focused first. */
  get windows(): readonly Connection[] {
    return this.#offers.filter(({ trusted }) => trusted).map(({ connection }) => connection);
  }

  withdraw(connection: Connection): void {
    this.#offers = this.#offers.filter((each) => each.connection !== connection);
  }

  /**
   * The window that asked, else the last focused one, else the next: a launch spec is handed out once, so that a window which opens
   * its terminal too late starts nothing. Refused with `no-host` where none offers or all said no.
   */
  async open(request: OpenRequest): Promise<void> {
    const trusted = this.windows;
    const candidates = [
      ...trusted.filter((connection) => connection === request.asker),
      ...trusted.filter((connection) => connection !== request.asker),
    ];
    const failures: string[] = [];
    for (const connection of candidates) {
      const failure = await this.#tryOne(connection, request);
      if (failure === undefined) return;
      failures.push(failure);
    }
    if (failures.length === 0) throw noEditor();
    throw noEditor(`No editor window opened a terminal: ${[...new Set(failures)].join('; ')}.`);
  }

  async #tryOne(connection: Connection, request: OpenRequest): Promise<string | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Refusal('no-host', 'it did not answer')), this.#answerMs);
    });
    try {
      await Promise.race([this.#ask(connection, request), late]);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
    } finally {
      clearTimeout(timer);
    }
  }
}
