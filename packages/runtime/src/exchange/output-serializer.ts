import {
  type CustomType,
  DiscoveringSerializer,
  type ErrorPlace,
  type Memory,
  MillraceError,
  type RowLayout,
} from "@millrace/core";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import type { OutputSerializer } from "./page-writer.js";

/** Writes records of a declared type; others are RECORD_TYPE_MISMATCH, with the place. */
export class DeclaredSerializer implements OutputSerializer {
  readonly layout: StreamLayout;
  readonly #place: ErrorPlace;

  constructor(layout: StreamLayout, place: ErrorPlace) {
    this.layout = layout;
    this.#place = place;
  }

  write(record: unknown, memory: Memory, slot: number, limit: number): number {
    try {
      return this.layout.serializer.write(record, memory, slot, limit);
    } catch (error) {
      throw located(error, this.#place);
    }
  }
}

/**
 * Finds out the layout of records that nobody declared. All tasks of a vertex in one slot share it, so that they do not each go
 * through layouts of their own.
 */
export class LayoutFinder {
  readonly #serializer: DiscoveringSerializer;
  readonly #layouts: LayoutTable;
  #known: RowLayout | undefined;
  #entry: StreamLayout | undefined;

  /** @param customTypes - the types whose values keep their class */
  constructor(layouts: LayoutTable, customTypes: readonly CustomType[] = []) {
    this.#layouts = layouts;
    this.#serializer = new DiscoveringSerializer(() => {}, { customTypes });
  }

  /** Writes a record; see `DiscoveringSerializer.write`. */
  write(record: unknown, memory: Memory, slot: number, limit: number): number {
    return this.#serializer.write(record, memory, slot, limit);
  }

  /** The layout of the record that was written last. */
  get layout(): StreamLayout {
    const { layout } = this.#serializer;
    if (layout !== this.#known || this.#entry === undefined) {
      this.#known = layout;
      this.#entry = this.#layouts.add(layout as RowLayout);
    }
    return this.#entry;
  }
}

/** Writes records that nobody declared; what is no data is RECORD_NOT_DATA, with the place. */
export class UndeclaredSerializer implements OutputSerializer {
  readonly #finder: LayoutFinder;
  readonly #place: ErrorPlace;

  constructor(finder: LayoutFinder, place: ErrorPlace) {
    this.#finder = finder;
    this.#place = place;
  }

  get layout(): StreamLayout {
    return this.#finder.layout;
  }

  write(record: unknown, memory: Memory, slot: number, limit: number): number {
    try {
      return this.#finder.write(record, memory, slot, limit);
    } catch (error) {
      throw located(error, this.#place);
    }
  }
}

function located(error: unknown, place: ErrorPlace): unknown {
  return error instanceof MillraceError && error.where.operator === undefined ? error.at(place) : error;
}
