import type { PageCursor } from "../rows/row-cursor.js";
import type { LayoutTable } from "../rows/stream-layout.js";
import { RowStore } from "../stores/row-store.js";
import type { StoreOptions } from "../stores/stored-pages.js";
import type { PageView } from "./page-view.js";

/** The fewest pages: one that is filled, and one that is read. */
export const MIN_PREFETCH_PAGES = 2;

/**
 * Keeps what was taken off channels before its reader wanted it, in order. There are two stores, so that one can be filled while the rows of the
 * other are being looked at.
 */
export class PrefetchedPages {
  readonly #makeStore: () => RowStore;
  #filling: RowStore | undefined;
  #reading: { readonly store: RowStore; readonly pages: PageCursor } | undefined;

  constructor(options: StoreOptions & { readonly layouts: LayoutTable }) {
    const maxPages = Math.floor(options.budget.numPages / 2);
    this.#makeStore = () => new RowStore({ ...options, maxPages });
  }

  /** Whether there is nothing that was not read. */
  get isEmpty(): boolean {
    return this.#filling === undefined && this.#reading === undefined;
  }

  /** Takes copies of the rows of a page. */
  add(page: PageView): void {
    this.#filling ??= this.#makeStore();
    this.#filling.add({ ...page, isAtEnd: false, nextPage: () => false });
  }

  /** Returns the next page; undefined when all was read. It lies there until the next call. */
  next(): PageView | undefined {
    for (;;) {
      if (this.#reading?.pages.nextPage() === true) return this.#reading.pages;
      this.#reading?.store.close();
      this.#reading = undefined;
      const store = this.#filling;
      if (store === undefined) return undefined;
      this.#filling = undefined;
      for (const _step of store.complete());
      this.#reading = { store, pages: store.pages() };
    }
  }

  /** Gives everything back. Never throws. */
  close(): void {
    this.#reading?.store.close();
    this.#filling?.close();
    this.#reading = this.#filling = undefined;
  }
}
