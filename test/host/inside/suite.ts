import { ask } from '../mailbox.ts';
import { closingLine, runTable, type Case } from '../table.ts';
import type { Row } from '../vscode/rows.ts';

/** What a test in the extension host can have done from outside, where the window can be seen. */
export class Inside {
  readonly #mailbox: string;

  constructor(mailbox: string) {
    this.#mailbox = mailbox;
  }

  /** Saves a picture of the window and returns its file; `undefined` in a host that takes none. */
  async screenshot(name: string): Promise<string | undefined> {
    return (await this.ask('screenshot', name)) as string | undefined;
  }

  /** The rows now to be seen in the tree view of that title, from the top down. */
  async rows(view: string): Promise<Row[]> {
    return (await this.ask('rows', view)) as Row[];
  }

  /** Anything else that the suite's stage answers. */
  ask(verb: string, value: unknown): Promise<unknown> {
    return ask(this.#mailbox, verb, value);
  }
}

/** What a suite exports as `run`: called in the extension host with the folder of its mailbox. */
export function suite(cases: readonly Case<Inside>[]): (mailbox: string) => Promise<void> {
  return async (mailbox) => {
    const inside = new Inside(mailbox);
    const tally = await runTable(cases, inside, print);
    await inside.ask('tally', tally);
    if (tally.failed > 0) throw new Error(closingLine(tally));
  };
}

function print(text: string): void {
  // oxlint-disable-next-line no-console -- VS Code hands the extension host's console on to whoever runs the tests
  console.log(text);
}
