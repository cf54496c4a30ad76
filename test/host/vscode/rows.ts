import type { Page } from 'playwright-core';

/** A row of a tree view as a person reads it. */
export type Row = {
  readonly label: string;
  readonly description: string;
  /** 1 for the roots. */
  readonly level: number;
  /** `undefined` for a row without children. */
  readonly expanded: boolean | undefined;
};

/** As much of the DOM as is looked at; the compiler knows only Node here. */
type Element = {
  getAttribute(name: string): string | null;
  querySelector(selector: string): { readonly textContent: string | null } | null;
};

/** From the top down. A row that is scrolled out of sight does not exist. */
export async function visibleRows(page: Page, view: string): Promise<Row[]> {
  const items = page.getByRole('tree', { name: view, exact: true }).getByRole('treeitem');
  const found = await items.evaluateAll(readRows);
  return found.toSorted((a, b) => a.index - b.index).map((entry) => entry.row);
}

/** Runs in the page: it may use nothing from outside. */
function readRows(elements: readonly Element[]): { index: number; row: Row }[] {
  return elements.map((element) => {
    const expanded = element.getAttribute('aria-expanded');
    return {
      index: Number(element.getAttribute('data-index')),
      row: {
        label: element.querySelector('.label-name')?.textContent ?? '',
        description: element.querySelector('.label-description')?.textContent ?? '',
        level: Number(element.getAttribute('aria-level')),
        expanded: expanded === null ? undefined : expanded === 'true',
      },
    };
  });
}
