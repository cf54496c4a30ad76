import { deferred, within } from '../deferred.ts';
import type { Staged } from '../stage.ts';
import { isTableLine, type Tally } from '../table.ts';
import { withSources } from './bundle.ts';
import type { Editor } from './editor.ts';
import type { Host } from './host.ts';
import { beginInside } from './insideRun.ts';
import type { HostWindow } from './window.ts';

const defaultDeadlineMs = 180_000;

/** Runs one suite in the VS Code built from npm packages. A suite that never reports counts as one failure. */
export async function runInBuilt(
  host: Host,
  suite: string,
  staged: Staged,
  print: (text: string) => void,
): Promise<Tally> {
  const opened = deferred<HostWindow>();
  const inside = await beginInside(suite, staged, await host.newFolder(suite), () => opened.promise);
  const editor = await host.startEditor(staged);
  try {
    const window = await editor.openWindow({
      ...staged,
      extensionTestsPath: inside.extensionTestsPath,
      onMessage: (text) => {
        if (isTableLine(text)) print(withSources(text));
      },
    });
    opened.resolve(window);
    await within(staged.deadlineMs ?? defaultDeadlineMs, window.waitForExit());
    return await judged(inside.tally(), editor, suite, print);
  } catch (error) {
    print(`✖ ${suite}: ${String(error)}\n${await editor.explain(suite)}`);
    return { passed: inside.tally()?.passed ?? 0, failed: (inside.tally()?.failed ?? 0) + 1 };
  } finally {
    inside.close();
    await host.closeEditors();
  }
}

async function judged(
  tally: Tally | undefined,
  editor: Editor,
  suite: string,
  print: (text: string) => void,
): Promise<Tally> {
  if (tally === undefined) throw new Error('its tests ended without a report');
  if (tally.failed > 0) print(await editor.explain(suite));
  return tally;
}
