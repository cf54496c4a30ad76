import { mayorId } from '../domain/agentNames.ts';
import type { Mayor } from '../domain/workplace.ts';
import type { Context } from './context.ts';
import { theTown } from './lookups.ts';

/** The mayor's record, or what it will be: a town has one mayor, who is there from its first session on. */
export function mayorNow(context: Context): Mayor {
  const known = context.store.view.get('workplaces', mayorId);
  if (known?.role === 'mayor') return known;
  const town = theTown(context.store.view);
  const at = context.now();
  return {
    id: mayorId,
    role: 'mayor',
    name: 'mayor',
    runtime: town.roleRuntimes?.mayor ?? town.defaultRuntime,
    directory: context.paths.town,
    createdAt: at,
    updatedAt: at,
    progressAt: at,
  };
}
