/**
 * What the client uses of VS Code, as small as that: it remembers what it was told, and a test says what the person does. Each test
 * file has one of its own, since each runs in a process of its own.
 */

export interface Disposable {
  dispose(): void;
}

type Listener<T> = (value: T) => unknown;

export class EventEmitter<T> {
  readonly #listeners = new Set<Listener<T>>();

  readonly event = (listener: Listener<T>): Disposable => {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  };

  fire(value: T): void {
    for (const listener of Array.from(this.#listeners)) listener(value);
  }

  dispose(): void {
    this.#listeners.clear();
  }
}

export class ThemeColor {
  readonly id: string;
  constructor(id: string) {
    this.id = id;
  }
}

export class ThemeIcon {
  readonly id: string;
  readonly color: ThemeColor | undefined;
  constructor(id: string, color?: ThemeColor) {
    this.id = id;
    this.color = color;
  }
}

export const TreeItemCollapsibleState = { None: 0, Collapsed: 1, Expanded: 2 } as const;
export const StatusBarAlignment = { Left: 1, Right: 2 } as const;
export const TerminalLocation = { Panel: 1, Editor: 2 } as const;
export const ProgressLocation = { SourceControl: 1, Window: 10, Notification: 15 } as const;
export const ConfigurationTarget = { Global: 1, Workspace: 2 } as const;
export const QuickInputButtons = { Back: { iconPath: 'back' } } as const;

export class TreeItem {
  readonly label: string;
  readonly collapsibleState: number;
  [field: string]: unknown;
  constructor(label: string, collapsibleState: number) {
    this.label = label;
    this.collapsibleState = collapsibleState;
  }
}

/** Keeps apart what was added as text and what as markdown. */
export class MarkdownString {
  isTrusted: unknown;
  supportHtml: unknown;
  readonly texts: string[] = [];
  readonly markdown: string[] = [];

  appendText(text: string): this {
    this.texts.push(text);
    return this;
  }

  appendMarkdown(text: string): this {
    this.markdown.push(text);
    return this;
  }
}

export class Uri {
  readonly scheme: string;
  readonly path: string;
  readonly query: string;

  private constructor(scheme: string, path: string, query: string) {
    this.scheme = scheme;
    this.path = path;
    this.query = query;
  }

  static from({ scheme, path = '', query = '' }: { scheme: string; path?: string; query?: string }): Uri {
    return new Uri(scheme, path, query);
  }

  static file(path: string): Uri {
    return new Uri('file', path, '');
  }

  get fsPath(): string {
    return this.path;
  }
}

export interface Shown {
  readonly kind: 'info' | 'warning' | 'error';
  readonly message: string;
  readonly buttons: readonly unknown[];
}

/** What the person was shown, and what VS Code was told. */
export const seen = {
  messages: [] as Shown[],
  executed: [] as { readonly command: string; readonly args: readonly unknown[] }[],
  copied: [] as string[],
  terminals: [] as Terminal[],
  statusBar: { text: '', visible: false },
  badges: new Map<string, unknown>(),
  progress: [] as string[],
  documents: [] as Uri[],
  /** What was wrong with texts that were typed. The next answer is typed in their place. */
  problems: [] as string[],
  picks: [] as { readonly placeholder: string; readonly items: readonly Picked[] }[],
};

/** What the person does when asked. Each answer is used once. */
export const person = {
  /** The button pressed under the next message. */
  presses: [] as string[],
  /** For quick picks the label to take, for input boxes the text; `back` presses the button; `escape` gives up. */
  answers: [] as string[],
  /** Cancels what shows its progress. */
  cancels: false,
  trusts: true,
  settings: {} as Readonly<Record<string, unknown>>,
};

export interface Terminal {
  readonly name: string;
  readonly creationOptions: Readonly<Record<string, unknown>>;
  readonly processId: Promise<number | undefined>;
  shown: number;
  /** How often it took the focus with it. */
  focused: number;
  /** What was typed, when, and whether Enter came with it. */
  readonly typed: { readonly text: string; readonly enter: boolean; readonly at: number }[];
  sendText(text: string, enter?: boolean): void;
  show(preserveFocus?: boolean): void;
}

export function fakeTerminal(options: { name: string; processId?: number }): Terminal {
  return {
    name: options.name,
    creationOptions: options,
    processId: Promise.resolve(options.processId ?? 4711),
    shown: 0,
    focused: 0,
    typed: [],
    sendText(text, enter = true) {
      this.typed.push({ text, enter, at: Date.now() });
    },
    show(preserveFocus = false) {
      this.shown += 1;
      if (!preserveFocus) this.focused += 1;
    },
  };
}

const closed = new EventEmitter<Terminal>();
const opened = new EventEmitter<Terminal>();
const windowState = new EventEmitter<unknown>();
export const happens = { closed, opened, windowState };

function message(kind: Shown['kind']) {
  return (text: string, ...buttons: unknown[]): Promise<string | undefined> => {
    seen.messages.push({ kind, message: text, buttons });
    return Promise.resolve(person.presses.shift());
  };
}

export const window = {
  state: { focused: true },
  terminals: seen.terminals,
  onDidChangeWindowState: windowState.event,
  onDidCloseTerminal: closed.event,
  onDidOpenTerminal: opened.event,
  showInformationMessage: message('info'),
  showWarningMessage: message('warning'),
  showErrorMessage: message('error'),
  setStatusBarMessage: (text: string) => seen.messages.push({ kind: 'info', message: text, buttons: [] }),
  createTerminal(options: { name: string }): Terminal {
    const terminal = fakeTerminal(options);
    seen.terminals.push(terminal);
    return terminal;
  },
  createStatusBarItem: () => ({
    set text(text: string) {
      seen.statusBar.text = text;
    },
    show: () => (seen.statusBar.visible = true),
    hide: () => (seen.statusBar.visible = false),
    dispose: () => undefined,
  }),
  withProgress: (_: unknown, work: (progress: unknown, token: unknown) => Promise<unknown>) => {
    const report = ({ message: text }: { message: string }): unknown => seen.progress.push(text);
    return work({ report }, { isCancellationRequested: person.cancels });
  },
  showTextDocument: (uri: Uri) => Promise.resolve(void seen.documents.push(uri)),
  createQuickPick: () => quickInput('pick'),
  createInputBox: () => quickInput('input'),
};

export const commands = {
  executeCommand(command: string, ...args: unknown[]): Promise<unknown> {
    seen.executed.push({ command, args });
    return Promise.resolve(undefined);
  },
  registerCommand: (): Disposable => ({ dispose: () => undefined }),
};

export const env = {
  clipboard: { writeText: (text: string) => Promise.resolve(void seen.copied.push(text)) },
};

export const workspace = {
  get isTrusted(): boolean {
    return person.trusts;
  },
  getConfiguration: () => ({ get: (key: string, usual: unknown) => person.settings[key] ?? usual }),
  openTextDocument: (uri: Uri) => Promise.resolve(uri),
};

interface Picked {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
}

/** A quick pick or input box that the next of the person's answers is given to, once there is something to answer. */
function quickInput(kind: 'pick' | 'input') {
  const [accepted, hidden, changed] = [
    new EventEmitter<void>(),
    new EventEmitter<void>(),
    new EventEmitter<string>(),
  ];
  const button = new EventEmitter<unknown>();
  let items: readonly Picked[] = [];
  let visible = false;
  const input = {
    value: '',
    placeholder: '',
    validationMessage: undefined as string | undefined,
    selectedItems: [] as readonly Picked[],
    buttons: [] as readonly unknown[],
    onDidAccept: accepted.event,
    onDidHide: hidden.event,
    onDidChangeValue: changed.event,
    onDidTriggerButton: button.event,
    get items(): readonly Picked[] {
      return items;
    },
    set items(list: readonly Picked[]) {
      items = list;
      seen.picks.push({ placeholder: input.placeholder, items });
      queueMicrotask(answer);
    },
    show() {
      visible = true;
      if (kind === 'input') queueMicrotask(answer);
    },
    dispose() {
      if (!visible) return;
      visible = false;
      hidden.fire();
    },
  };
  function answer(): void {
    const given = person.answers.shift();
    if (given === undefined || given === 'escape') return hidden.fire();
    if (given === 'back') return button.fire(QuickInputButtons.Back);
    if (kind === 'input') {
      input.value = given;
      changed.fire(given);
    } else {
      input.selectedItems = items.filter(({ label }) => given.split(',').includes(label));
    }
    accepted.fire();
    if (!visible || input.validationMessage === undefined) return;
    seen.problems.push(input.validationMessage);
    answer();
  }
  return input;
}
