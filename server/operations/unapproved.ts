import { agentOf } from '../domain/agents.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Rig } from '../domain/rig.ts';
import { displayText } from '../domain/text.ts';
import type { View } from '../domain/view.ts';
import type { Caller, Handlers } from '../protocol/caller.ts';
import type { Method } from '../protocol/messages.ts';
import type { Context } from './context.ts';

/** What begins or ends work in a rig, and is refused while its repository names programs that nobody has approved. */
const inRigs: ReadonlySet<Method> = new Set<Method>([
  'work/sling',
  'work/done',
  'session/run',
  'session/handoff',
  'mergeRequest/merge',
  'polecat/remove',
  'rig/approve',
  'crew/add',
]);

/** The same handlers; what they refuse for want of an approval is noted on the rig, so that a person gets to know of it. */
export function notingUnapproved(context: Context, handlers: Handlers): Handlers {
  const noting = Object.entries(handlers).map(([method, handler]) => [
    method,
    inRigs.has(method as Method)
      ? async (params: Named, caller: Caller) => {
          const ids = rigsOf(context.store.view, params, caller);
          try {
            const result = await (handler as (params: Named, caller: Caller) => unknown)(params, caller);
            note(context, ids, refusedIn(result));
            return result;
          } catch (error) {
            if (error instanceof Refusal && error.code === 'unapproved') note(context, ids, error.message);
            throw error;
          }
        }
      : handler,
  ]);
  return Object.fromEntries(noting) as Handlers;
}

interface Named {
  readonly rig?: string;
  readonly bead?: string;
  readonly beads?: readonly string[];
  readonly agent?: string;
  readonly mergeRequest?: string;
}

/** The same for what the town does by itself. */
export function noteUnapproved(context: Context, rig: Rig['id'], { code, details, message }: Refusal): void {
  const isConfiguration = code === 'unapproved' && details.facts !== undefined && 'keys' in details.facts;
  if (isConfiguration) note(context, [rig], message);
}

/** Without a reason nothing is in the way any more. */
function note(context: Context, ids: readonly Rig['id'][], why: string | undefined): void {
  for (const id of ids) {
    if ((context.store.view.get('rigs', id)?.unapproved !== undefined) === (why !== undefined)) continue;
    context.background(`what ${id} waits for`, async () => {
      const verb = why === undefined ? 'rig/unheld' : 'rig/held';
      await context.store.transact({ verb, by: 'town', subject: id }, (draft) => {
        const rig = draft.get('rigs', id);
        if (!rig) return;
        const { unapproved, ...rest } = rig;
        const held = { at: unapproved?.at ?? context.now(), why: displayText(why ?? '', 300) };
        draft.put('rigs', why === undefined ? rest : { ...rest, unapproved: held });
      });
    });
  }
}

/** A sling says of each bead what it was refused for. */
function refusedIn(result: unknown): string | undefined {
  if (typeof result !== 'object' || result === null || !('refused' in result)) return undefined;
  const refused = result.refused as readonly { message: string; refusal?: { code: string } }[];
  return refused.find(({ refusal }) => refusal?.code === 'unapproved')?.message;
}

function rigsOf(view: View, params: Named, caller: Caller): Rig['id'][] {
  const { bead, beads = [], mergeRequest } = params;
  const named = [
    params.rig,
    rigOfAgent(view, params.agent ?? caller.agent),
    ...[bead, ...beads, mergeRequest].map((id) => id && view.get('beads', id)?.rig),
    mergeRequest && view.get('mergeRequests', mergeRequest)?.rig,
  ];
  return [...new Set(named)].flatMap((id) => (id ? (view.get('rigs', id)?.id ?? []) : []));
}

function rigOfAgent(view: View, agent: string | undefined): string | undefined {
  const known = agent === undefined ? undefined : agentOf(view, agent);
  return known && known.role !== 'mayor' ? known.rig : undefined;
}
