import { isSlung, type Polecat, type SlungPolecat } from '../domain/polecat.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Caller } from '../protocol/caller.ts';
import type { Context } from './context.ts';

/** The polecat whose session calls, with the bead that it may say done of. */
export function ownPolecat(context: Context, caller: Caller): SlungPolecat {
  const polecat = caller.agent && context.store.view.get('agents', caller.agent);
  if (polecat && polecat.session === caller.session) return slungOnly(polecat);
  if (caller.agent && context.store.view.get('workplaces', caller.agent)) {
    throw new Refusal('forbidden', 'gt done is for polecats: crew and mayor close their beads themselves.', {
      next: 'bd close BEAD',
    });
  }
  throw new Refusal('no-session', 'gt done is for a polecat, inside its own session.', {
    next: 'gt polecat list',
  });
}

function slungOnly(polecat: Polecat): SlungPolecat {
  if (isSlung(polecat)) return polecat;
  throw new Refusal('invalid', 'Your hook is empty, so there is no work to be done with.', {
    next: 'gt hook',
  });
}
