import { type Memory, parseFieldPath, type RecordReader, resolveFieldIfAny } from "@millrace/core";
import type { ValuePosition } from "@millrace/job-graph";
import type { StreamLayout } from "./stream-layout.js";

/** Reads the record, as an object, at a slot of a memory, where rows of several layouts come. */
export class RowRecordReader {
  readonly #value: ValuePosition;
  /** By the number of the layout. */
  readonly #readers: (RecordReader | undefined)[] = [];

  /** @param value - where the record lies in the row, when a key was attached in front of it */
  constructor(value: ValuePosition) {
    this.#value = value;
  }

  /** Returns the record; it shares nothing with the memory, and is the caller's. */
  read(memory: Memory, slot: number, layout: StreamLayout): unknown {
    return (this.#readers[layout.index] ?? this.#add(layout))(memory, slot);
  }

  #add({ index, serializer }: StreamLayout): RecordReader {
    const reader = this.#value === undefined ? serializer.read : serializer.fieldReader(this.#value);
    this.#readers[index] = reader;
    return reader;
  }
}

/** Reads one field of rows of several layouts; a layout without such a field has null there, as records nobody declared may. */
export class RowFieldReader {
  readonly #path: string;
  readonly #readers: (RecordReader | undefined)[] = [];

  /** @param path - a field path, from the row on */
  constructor(path: string) {
    this.#path = path;
  }

  /** Returns the field's value; null when it is absent. */
  read(memory: Memory, slot: number, layout: StreamLayout): unknown {
    return (this.#readers[layout.index] ?? this.#add(layout))(memory, slot) ?? null;
  }

  #add({ index, serializer }: StreamLayout): RecordReader {
    const reader = this.#path === "*" ? serializer.read : fieldReaderOf(serializer, this.#path);
    this.#readers[index] = reader;
    return reader;
  }
}

function fieldReaderOf(serializer: StreamLayout["serializer"], path: string): RecordReader {
  const isThere = resolveFieldIfAny(serializer.layout.type, parseFieldPath(path)) !== undefined;
  return isThere ? serializer.fieldReader(path) : readNull;
}

function readNull(): null {
  return null;
}

/** Returns the path, from the row on, of a field of the record at `value`. */
export function pathInRow(path: string, value: ValuePosition): string {
  if (value === undefined) return path;
  return path === "*" ? String(value) : `${value}.${path}`;
}
