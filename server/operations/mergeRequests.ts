import { isAwaited } from '../domain/landings.ts';
import type { Params, Result } from '../protocol/messages.ts';
import type { Context } from './context.ts';
import { findRig } from './lookups.ts';
import { mergeRequestDetail } from './views.ts';

/** Oldest first. */
export function listMergeRequests(
  { store: { view } }: Context,
  { rig, all }: Params<'mergeRequest/list'>,
): Result<'mergeRequest/list'> {
  const requests =
    rig === undefined ? view.all('mergeRequests') : view.find('mergeRequestsByRig', findRig(view, rig).id);
  return [...requests]
    .filter((request) => all === true || isAwaited(view, request))
    .toSorted((a, b) => a.submittedAt.localeCompare(b.submittedAt))
    .map((request) => mergeRequestDetail(view, request));
}
