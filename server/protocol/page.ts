export interface PageParams {
  /** At most 1,000; 100 where it is absent. */
  readonly limit?: number;
  /** `next` of the page before. */
  readonly after?: string;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Of all pages together. */
  readonly total: number;
  /** Absent on the last page. */
  readonly next?: string;
}
