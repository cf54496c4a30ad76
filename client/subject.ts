/** What a row is about, and what a command is told to work on: by a row, a key binding or another extension. */
export type Subject =
  | { readonly kind: 'rig'; readonly rig: string }
  | { readonly kind: 'polecat'; readonly agent: string }
  | { readonly kind: 'crew'; readonly agent: string; readonly rig: string; readonly name: string }
  | { readonly kind: 'mayor'; readonly agent: string }
  | { readonly kind: 'bead'; readonly bead: string; readonly agent?: string }
  | { readonly kind: 'convoy'; readonly convoy: string }
  | { readonly kind: 'archives'; readonly rig: string }
  | { readonly kind: 'archive'; readonly archive: string }
  /** Something that happened to nobody who could be shown. */
  | { readonly kind: 'entry'; readonly entry: string }
  | { readonly kind: 'escalation'; readonly escalation: string }
  | { readonly kind: 'mail'; readonly message: string }
  | { readonly kind: 'plugin'; readonly plugin: string }
  /** An item of the attention list that stands for nothing else. */
  | { readonly kind: 'attention'; readonly item: string }
  /** The row behind the last bead shown of a rig. */
  | { readonly kind: 'more'; readonly rig: string };

/** The subject in what VS Code hands to a command: a row of ours, or a subject as such. Commands are called without, too. */
export function subjectIn(argument: unknown): Subject | undefined {
  if (typeof argument !== 'object' || argument === null) return undefined;
  if ('row' in argument) return subjectIn(argument.row);
  if ('subject' in argument) return subjectIn(argument.subject);
  return isSubject(argument) ? argument : undefined;
}

function isSubject(value: object): value is Subject {
  const named: Readonly<Record<string, string>> = {
    rig: 'rig',
    polecat: 'agent',
    crew: 'agent',
    mayor: 'agent',
    bead: 'bead',
    convoy: 'convoy',
    entry: 'entry',
    escalation: 'escalation',
    mail: 'message',
    plugin: 'plugin',
    attention: 'item',
    more: 'rig',
    archives: 'rig',
    archive: 'archive',
  };
  const kind = 'kind' in value && typeof value.kind === 'string' ? named[value.kind] : undefined;
  if (kind === undefined) return false;
  return typeof (value as Readonly<Record<string, unknown>>)[kind] === 'string';
}
