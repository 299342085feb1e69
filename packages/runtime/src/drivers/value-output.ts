import { type AnyType, type Memory, RowLayout, type TypeInformation } from "@millrace/core";
import type { ValuePosition } from "@millrace/job-graph";
import { RowRecordReader } from "../rows/record-reader.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import type { DriverContext, RecordOutput } from "../task/driver.js";

/** The most fields of a tuple whose null bits share the slot of its size: then its fields begin in the next one. */
const MAX_TUPLE_FIELDS = 32;
const HEADER_SLOTS = 1;

/** Where the record of a row lies: itself, a row inside of it, or only as a value that has to be read. */
type Place = { readonly word: number; readonly layout: StreamLayout } | "whole" | "value";

/** Gives the records that rows stand for to an output, as bytes wherever they are rows or tuples. */
export class ValueOutput {
  readonly #value: ValuePosition;
  readonly #out: RecordOutput;
  readonly #layouts: LayoutTable;
  readonly #reader: RowRecordReader;
  /** By the index of the row's layout. */
  readonly #places: (Place | undefined)[] = [];

  /** @param value - where the record lies in the row, when a key was attached in front of it */
  constructor(value: ValuePosition, { out, layouts }: Pick<DriverContext, "out" | "layouts">) {
    this.#value = value;
    this.#out = out;
    this.#layouts = layouts;
    this.#reader = new RowRecordReader(value);
  }

  /** Gives the record of a row. */
  collect(memory: Memory, slot: number, layout: StreamLayout): void {
    const place = this.#places[layout.index] ?? this.#find(layout);
    if (place === "whole") this.#out.collectRow(memory, slot, layout);
    else if (place === "value") this.#out.collect(this.#reader.read(memory, slot, layout));
    else this.#out.collectRow(memory, slot + (memory.i32[slot * 2 + place.word]! >> 3), place.layout);
  }

  #find(layout: StreamLayout): Place {
    const place = this.#placeIn(layout.layout.type as AnyType);
    this.#places[layout.index] = place;
    return place;
  }

  #placeIn(type: AnyType): Place {
    if (this.#value === undefined) return "whole";
    if (type.kind !== "tuple" || type.elements.length > MAX_TUPLE_FIELDS) return "value";
    const record = type.elements[this.#value];
    if (record?.kind !== "row" && record?.kind !== "tuple") return "value";
    const layout = RowLayout.of(record as unknown as TypeInformation<unknown>) as RowLayout;
    return { word: (HEADER_SLOTS + this.#value) * 2, layout: this.#layouts.add(layout) };
  }
}
