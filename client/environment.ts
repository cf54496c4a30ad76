import { delimiter } from 'node:path';
import type { EnvironmentVariableCollection } from 'vscode';
import { townPaths } from '../server/protocol/address.ts';

/**
 * Ordinary terminals find `gt` and `bd` at the end of their PATH (another tool may own the name `gt`), and with them the window's
 * town. Sessions bring their own PATH. Nothing outlives the window, and nothing secret is in it.
 */
export class TerminalEnvironment {
  readonly #collection: EnvironmentVariableCollection;
  #town: string | undefined;

  constructor(collection: EnvironmentVariableCollection) {
    this.#collection = collection;
    collection.persistent = false;
    collection.description = 'Adds `gt` and `bd` of your town to the end of the PATH.';
  }

  /** Tells whether it is another town than before. VS Code marks open terminals as out of date, so nothing is set twice. */
  show(town: string): boolean {
    if (town === this.#town) return false;
    this.#town = town;
    this.#collection.clear();
    this.#collection.append('PATH', delimiter + townPaths(town).bin);
    this.#collection.replace('GT_TOWN', town);
    return true;
  }
}
