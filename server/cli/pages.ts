import type { BeadView } from '../protocol/bead.ts';
import type { Method, Params, Result } from '../protocol/messages.ts';
import type { Page } from '../protocol/page.ts';
import type { Cli } from './cli.ts';

type ListMethod = { [M in Method]: Result<M> extends Page<BeadView> ? M : never }[Method];

export interface Gathered {
  readonly views: readonly BeadView[];
  /** There were more than the limit. */
  readonly cut: boolean;
}

/** Page after page until `limit` (0: all) beads that `fits` are there. */
export async function gather<M extends ListMethod>(
  cli: Cli,
  method: M,
  params: Params<M>,
  { limit, fits }: { readonly limit: number; readonly fits: (view: BeadView) => boolean },
): Promise<Gathered> {
  const views: BeadView[] = [];
  const most = limit === 0 ? Number.POSITIVE_INFINITY : limit;
  for (let after: string | undefined; ;) {
    const page: Page<BeadView> = await cli.ask(method, {
      ...params,
      limit: Math.min(largestPage, most + 1),
      ...(after === undefined ? {} : { after }),
    });
    views.push(...page.items.filter(fits));
    if (views.length > most) return { views: views.slice(0, most), cut: true };
    if (page.next === undefined) return { views, cut: false };
    after = page.next;
  }
}

/** The protocol gives no more at once (`PageParams`). */
const largestPage = 1000;
