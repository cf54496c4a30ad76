import type { Bead } from '../domain/bead.ts';
import type { Dependency } from '../domain/dependency.ts';
import type { BeadDetail, BeadView } from '../protocol/bead.ts';

// What `bd --json` prints, as beads does: fields in the order of its encoder, left out when they are empty, times of whole
// seconds. Undefined fields are left out by JSON itself.

/** An Issue alone. */
export function issueJson(bead: Bead): Record<string, unknown> {
  return {
    id: bead.id,
    title: bead.title,
    description: text(bead.description),
    design: text(bead.design),
    acceptance_criteria: text(bead.acceptance),
    notes: text(bead.notes),
    status: bead.status,
    priority: bead.priority,
    issue_type: text(bead.type),
    assignee: text(bead.assignee),
    owner: text(bead.owner),
    created_at: time(bead.createdAt),
    created_by: text(bead.createdBy),
    updated_at: time(bead.updatedAt),
    started_at: time(bead.startedAt),
    closed_at: time(bead.closedAt),
    close_reason: text(bead.closeReason),
    due_at: time(bead.dueAt),
    defer_until: time(bead.deferUntil),
    external_ref: text(bead.externalRef),
    labels: bead.labels.length === 0 ? undefined : bead.labels.toSorted(),
    // Not a field of beads': only where there are some.
    steps: bead.steps,
  };
}

/** An IssueWithCounts, as `list` and `ready` print it. */
export function listedJson(view: BeadView): Record<string, unknown> {
  const { dependencies } = view;
  return {
    ...issueJson(view.bead),
    dependencies: dependencies.length === 0 ? undefined : dependencies.map(dependencyJson),
    ...counts(view),
    parent: parentOf(dependencies),
  };
}

/** As `show` prints it: the beads it depends on in full, those that need it in short where they are asked for. */
export function shownJson(detail: BeadDetail, withDependents = false): Record<string, unknown> {
  const dependencies = detail.dependsOn.map(({ bead, type }) => ({
    ...issueJson(bead),
    dependency_type: type,
  }));
  return {
    ...issueJson(detail.bead),
    dependencies: dependencies.length === 0 ? undefined : dependencies,
    dependents: withDependents ? detail.neededBy.map(dependentJson) : undefined,
    ...counts(detail),
    parent: parentOf(detail.dependencies),
    // Not a field of beads': only where there is one.
    handoff: detail.handoff,
  };
}

export function blockedJson(view: BeadView): Record<string, unknown> {
  return {
    ...issueJson(view.bead),
    blocked_by_count: view.blockedBy.length,
    blocked_by: view.blockedBy,
  };
}

function dependencyJson(edge: Dependency): Record<string, unknown> {
  return {
    issue_id: edge.bead,
    depends_on_id: edge.dependsOn,
    type: edge.type,
    created_at: time(edge.createdAt),
    created_by: text(edge.createdBy),
    metadata: text(edge.metadata),
  };
}

/** Arrays as they are; objects with the schema's version among their keys, which come out sorted then. Or all in an envelope. */
export function wrapped(value: object, environment: Readonly<Record<string, string | undefined>>): unknown {
  if (environment['BD_JSON_ENVELOPE'] === '1') return { schema_version: 1, data: value };
  if (Array.isArray(value)) return value;
  const entries = Object.entries({ ...value, schema_version: 1 });
  return Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function dependentJson({
  bead,
  type,
}: {
  readonly bead: Bead;
  readonly type: string;
}): Record<string, unknown> {
  return {
    id: bead.id,
    title: bead.title,
    status: bead.status,
    issue_type: text(bead.type),
    priority: bead.priority,
    dependency_type: type,
  };
}

function counts(view: BeadView): Record<string, unknown> {
  return {
    dependency_count: view.dependencies.length,
    dependent_count: view.dependents,
    comment_count: 0,
  };
}

function parentOf(edges: readonly Dependency[]): string | undefined {
  return edges.find((edge) => edge.type === 'parent-child')?.dependsOn;
}

function text(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

function time(value: string | undefined): string | undefined {
  return value?.replace(/\.\d+Z$/u, 'Z');
}
