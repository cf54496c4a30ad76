import {
  type Disposable,
  EventEmitter,
  type FileDecoration,
  type FileDecorationProvider,
  type LogOutputChannel,
  ThemeColor,
  type Uri,
  window,
  workspace,
} from 'vscode';
import type { Connection } from './connection.ts';
import { baseScheme } from './documents.ts';
import type { Model } from './model.ts';
import type { Radar } from './radar.ts';

/** Keeps what the radar sees in the model, and on the files that it is about. */
export function showCollisions(
  connection: Connection,
  { radar }: Model,
  log: LogOutputChannel,
): readonly Disposable[] {
  const collisions = new Collisions(radar);
  return [
    collisions,
    window.registerFileDecorationProvider(collisions),
    connection.onDidChangeRadar((outlook) => {
      radar.take(outlook);
      collisions.update();
    }),
    connection.onDidResync(() => {
      radar.read().then(
        () => collisions.update(),
        (error: unknown) => log.warn(`Reading the radar failed: ${String(error)}`),
      );
    }),
  ];
}

/** Marks the files of worktrees, and those of changed-files views, that would be in conflict with the work of others. */
export class Collisions implements FileDecorationProvider, Disposable {
  readonly #radar: Radar;
  readonly #changes = new EventEmitter<undefined>();

  constructor(radar: Radar) {
    this.#radar = radar;
  }

  readonly onDidChangeFileDecorations = this.#changes.event;

  /** VS Code asks again for the files that it shows. */
  update(): void {
    this.#changes.fire(undefined);
  }

  provideFileDecoration(uri: Uri): FileDecoration | undefined {
    if (!workspace.isTrusted) return undefined;
    const place = placeOf(uri, this.#radar);
    const others = place ? this.#radar.at(place.agent, place.file) : [];
    if (others.length === 0) return undefined;
    return {
      badge: '><',
      tooltip: `Would be in conflict with ${others.join(', ')}`,
      color: new ThemeColor('gitDecoration.conflictingResourceForeground'),
      propagate: uri.scheme === 'file',
    };
  }

  dispose(): void {
    this.#changes.dispose();
  }
}

function placeOf(
  { scheme, fsPath, path, query }: Uri,
  radar: Radar,
): { readonly agent: string; readonly file: string } | undefined {
  if (scheme === 'file') return radar.placed(fsPath);
  if (scheme !== baseScheme) return undefined;
  try {
    const { agent } = JSON.parse(query) as { readonly agent?: unknown };
    return typeof agent === 'string' ? { agent, file: path.slice(1) } : undefined;
  } catch {
    // Another extension may make documents of this scheme.
    return undefined;
  }
}
