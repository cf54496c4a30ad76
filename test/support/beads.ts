import type { Bead } from '../../server/domain/bead.ts';
import type { Dependency } from '../../server/domain/dependency.ts';
import type { BeadId, Timestamp } from '../../server/domain/ids.ts';

export const someDay = '2026-05-01T10:00:00.000Z' as Timestamp;

/** A bead of which only what matters is said. */
export function bead(fields: Partial<Omit<Bead, 'id'>> & { id: string }): Bead {
  return {
    title: `Bead ${fields.id}`,
    status: 'open',
    priority: 2,
    type: 'task',
    labels: [],
    createdAt: someDay,
    createdBy: 'overseer',
    updatedAt: someDay,
    ...fields,
    id: fields.id as BeadId,
  };
}

export function dependency(from: string, to: string, type = 'blocks'): Dependency {
  return {
    id: `${from} ${to}`,
    bead: from as BeadId,
    dependsOn: to as BeadId,
    type,
    createdAt: someDay,
    createdBy: 'overseer',
  };
}
