import { type LayoutIdWords, MillraceError, type RowCodeOptions, type RowLayout, RowSerializer } from "@millrace/core";
import type { LayoutTable, StreamLayout } from "./stream-layout.js";

/** Makes the table of the layouts that tasks of one slot exchange; empty at first. @internal */
export function createLayoutTable(options: RowCodeOptions = {}): LayoutTable {
  return new SlotLayouts(options);
}

class SlotLayouts implements LayoutTable {
  readonly #options: RowCodeOptions;
  readonly #entries: StreamLayout[] = [];
  readonly #byHigh = new Map<number, Map<number, StreamLayout>>();
  /** Most pages have the layout of the page before. */
  #last: StreamLayout | undefined;

  constructor(options: RowCodeOptions) {
    this.#options = options;
  }

  add(layout: RowLayout): StreamLayout {
    const known = this.#find(layout.idWords);
    if (known !== undefined) return known;
    const entry = { index: this.#entries.length, layout, serializer: new RowSerializer(layout, this.#options) };
    this.#entries.push(entry);
    const { high, low } = layout.idWords;
    const sameHigh = this.#byHigh.get(high) ?? new Map<number, StreamLayout>();
    this.#byHigh.set(high, sameHigh.set(low, entry));
    return entry;
  }

  of(id: LayoutIdWords): StreamLayout {
    const last = this.#last?.layout.idWords;
    if (last !== undefined && last.low === id.low && last.high === id.high) return this.#last!;
    const known = this.#find(id);
    if (known === undefined) {
      throw new MillraceError({
        code: "CORRUPT_FILE",
        what: "A page has a layout whose descriptor never arrived",
        expected: "that every layout is described before the first page that has it",
      });
    }
    this.#last = known;
    return known;
  }

  at(index: number): StreamLayout {
    return this.#entries[index]!;
  }

  #find(id: LayoutIdWords): StreamLayout | undefined {
    return this.#byHigh.get(id.high)?.get(id.low);
  }
}
