import {
  type Disposable,
  EventEmitter,
  type TextDocumentContentProvider,
  Uri,
  window,
  workspace,
} from 'vscode';
import { messageOf } from '../server/domain/fault.ts';
import { displayText } from '../server/domain/text.ts';
import { isUntried, type CheckedStep, type RuntimeTestEvent } from '../server/protocol/runtimeTest.ts';
import type { RuntimeTestResult } from '../server/protocol/runtimeTestRequest.ts';
import { runtimeTestText, type RuntimeTestView } from './views/runtimeTestText.ts';

export const runtimeTestScheme = 'gastown-runtime-test';

/** One test, from its begin on: what is taken in is shown. */
export interface RuntimeTestRun {
  show(): Promise<void>;
  take(event: RuntimeTestEvent): void;
  /** Without a result it was cancelled. */
  end(result: RuntimeTestResult | undefined): void;
  fail(error: unknown): void;
}

/** The last test of each runtime. The text of `gastown-runtime-test:` documents, which grow while a test goes on. */
export class RuntimeTests implements TextDocumentContentProvider, Disposable {
  readonly #views = new Map<string, RuntimeTestView>();
  readonly #changes = new EventEmitter<Uri>();

  readonly onDidChange = this.#changes.event;

  provideTextDocumentContent(uri: Uri): string {
    const view = this.#views.get(uri.path);
    return view
      ? runtimeTestText(view)
      : 'This was shown before the window was loaded. Test the runtime again.\n';
  }

  begin(test: Pick<RuntimeTestView, 'runtime' | 'label' | 'live'>): RuntimeTestRun {
    const uri = Uri.from({ scheme: runtimeTestScheme, path: `/Test of ${test.runtime}` });
    let view: RuntimeTestView = { ...test, steps: [] };
    const change = (fields: Partial<RuntimeTestView>): void => {
      view = { ...view, ...fields };
      this.#views.set(uri.path, view);
      this.#changes.fire(uri);
    };
    change({});
    return {
      async show() {
        await window.showTextDocument(await workspace.openTextDocument(uri), { preview: false });
      },
      take(event) {
        if (event.event === 'note') change({ note: event.text });
        if (event.event === 'step') change({ steps: withStep(view.steps, event) });
      },
      end(result) {
        if (!result) return change({ ending: 'The test was cancelled.' });
        if (isUntried(result.steps))
          return change({ steps: result.steps, ending: `The contract was not tried with ${view.label}.` });
        const verdict = result.compatible ? 'keeps the contract' : 'does not keep the contract yet';
        change({ steps: result.steps, ending: `${view.label} ${verdict}.` });
      },
      fail: (error) => change({ ending: `The test broke off: ${displayText(messageOf(error), 1000)}` }),
    };
  }

  dispose(): void {
    this.#views.clear();
    this.#changes.dispose();
  }
}

/** A step that is told again takes the place of what was told before. */
function withStep(steps: readonly CheckedStep[], next: CheckedStep): readonly CheckedStep[] {
  return [...steps.filter(({ step }) => step !== next.step), next];
}
