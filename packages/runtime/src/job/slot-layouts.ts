import { type LayoutIdWords, MillraceError, type RowLayout, RowSerializer } from "@millrace/core";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";

/** Knows the layouts of the pages that tasks of one slot exchange. */
export class SlotLayouts implements LayoutTable {
  readonly #entries: StreamLayout[] = [];
  readonly #byHigh = new Map<number, Map<number, StreamLayout>>();

  add(layout: RowLayout): StreamLayout {
    const known = this.#find(layout.idWords);
    if (known !== undefined) return known;
    const entry = { index: this.#entries.length, layout, serializer: new RowSerializer(layout) };
    this.#entries.push(entry);
    const { high, low } = layout.idWords;
    const sameHigh = this.#byHigh.get(high) ?? new Map<number, StreamLayout>();
    this.#byHigh.set(high, sameHigh.set(low, entry));
    return entry;
  }

  of(id: LayoutIdWords): StreamLayout {
    const known = this.#find(id);
    if (known !== undefined) return known;
    throw new MillraceError({
      code: "CORRUPT_FILE",
      what: "A page has a layout whose descriptor never arrived",
      expected: "that every layout is described before the first page that has it",
    });
  }

  at(index: number): StreamLayout {
    return this.#entries[index]!;
  }

  #find(id: LayoutIdWords): StreamLayout | undefined {
    return this.#byHigh.get(id.high)?.get(id.low);
  }
}
