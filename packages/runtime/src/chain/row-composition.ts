/**
 * Writes the rows of one place of a chain, where some parts are values whose types nobody declared, such as computed keys: those are
 * written first, as a tuple of their own, in a layout that evolves with them. The row is composed of that tuple and the rest.
 */
import {
  type AnyType,
  type CustomType,
  checkRecord,
  DiscoveringSerializer,
  generateRowComposer,
  Memory,
  type RowComposer,
  RowLayout,
  RowSerializer,
  type TypeInformation,
  types,
} from "@millrace/core";
import { ScratchMemory } from "../rows/scratch-memory.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import type { RowOfShape } from "./row-shape.js";

/** How a row is written as long as the discovered parts keep their layout. */
interface Composition {
  readonly compose: RowComposer;
  readonly layout: StreamLayout;
}

/** Writes rows of one shape over rows of one layout. @internal */
export class RowComposition {
  /** Holds the discovered parts, from slot 0. */
  readonly parts = new ScratchMemory();
  readonly #source: RowLayout | undefined;
  readonly #row: RowOfShape;
  readonly #layouts: LayoutTable;
  readonly #recordType: TypeInformation<unknown> | undefined;
  readonly #serializer: DiscoveringSerializer;
  /** Takes over when the parts went through so many layouts that their tuple is `any`. */
  #anySerializer: RowSerializer | undefined;
  #partsLayout: RowLayout | undefined;
  #composition: Composition | undefined;
  readonly #compositions = new Map<string, Composition>();

  /**
   * @param recordType - the declared type of a record that is among the values; messages are about it
   * @param customTypes - the types whose values keep their class where the type is discovered
   */
  constructor(
    source: RowLayout | undefined,
    row: RowOfShape,
    layouts: LayoutTable,
    recordType: TypeInformation<unknown> | undefined,
    customTypes: readonly CustomType[],
  ) {
    this.#serializer = new DiscoveringSerializer(() => {}, { customTypes });
    this.#source = source;
    this.#row = row;
    this.#layouts = layouts;
    this.#recordType = recordType;
    if (row.discovered.length === 0) this.#composition = this.#composed(undefined);
  }

  /** The writer for the parts that were written last. */
  get compose(): RowComposer {
    return this.#composition!.compose;
  }

  /** The layout of what it writes. */
  get layout(): StreamLayout {
    return this.#composition!.layout;
  }

  /** Writes the discovered parts. Throws RECORD_NOT_DATA. */
  write(values: readonly unknown[]): void {
    if (this.parts.isLarge) this.parts.shrink();
    while (this.#write(values, this.parts.memory) < 0) this.parts.grow();
    const layout = this.#anySerializer?.layout ?? this.#serializer.layout!;
    if (layout === this.#partsLayout) return;
    this.#partsLayout = layout as RowLayout;
    const known = this.#compositions.get(layout.id);
    this.#composition = known ?? this.#composed(layout as RowLayout);
    this.#compositions.set(layout.id, this.#composition);
  }

  /** Returns the error to report when a record among the values does not fit its declared type. */
  refused(error: unknown, record: unknown): unknown {
    if (this.#recordType !== undefined) checkRecord(record, this.#recordType);
    return error;
  }

  #write(values: readonly unknown[], memory: Memory): number {
    if (this.#anySerializer !== undefined) return this.#anySerializer.write(values, memory, 0, memory.numSlots);
    const end = this.#serializer.write(values, memory, 0, memory.numSlots);
    if ((this.#serializer.layout?.type as AnyType | undefined)?.kind === "tuple") return end;
    this.#anySerializer = new RowSerializer(RowLayout.of(types.tuple(...values.map(() => types.any))) as RowLayout);
    return this.#write(values, memory);
  }

  #composed(parts: RowLayout | undefined): Composition {
    const type = parts?.type as AnyType | undefined;
    const layout = this.#row.layout(type?.kind === "tuple" ? type.elements : []);
    const sources = { first: this.#source, second: parts };
    return {
      compose: generateRowComposer(sources, layout, this.#row.origins, this.#row.values.length),
      layout: this.#layouts.add(layout),
    };
  }
}

/** Stands for a row that no part comes from. @internal */
export const NO_ROW = new Memory(new ArrayBuffer(8));
