/**
 * The order of rows by key fields, across layouts. Three cases are beyond a layout's own comparators:
 *
 * - A layout of undeclared records may lack a field; it is null then.
 * - A key that is a row or a tuple, such as the whole record, is compared by its fields, rows in order of names: that is the order of
 *   values, and needs no decoding. Below what may be null it stays one value.
 * - Layouts in which a key has other fields, or a list in place of a tuple, are compared by decoded values.
 */
import {
  type AnyType,
  compareValues,
  fieldPathText,
  type KeyField,
  type Memory,
  parseFieldPath,
  type ResolvedField,
  type RowCompare,
  RowPairComparator,
  resolveField,
  resolveFieldIfAny,
} from "@millrace/core";
import type { KeyFieldSpec } from "@millrace/job-graph";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { LayoutKeyFields, RowOrder } from "./sort-keys.js";

const WHOLE_RECORD = "*";

/** Orders rows of one stream, or rows of one with rows of another, by keys that correspond. @internal */
export class KeyOrder implements RowOrder {
  /** The key fields of the first stream. */
  readonly keys: readonly KeyFieldSpec[];
  readonly #otherKeys: readonly KeyFieldSpec[];
  /** By the indexes of both layouts. */
  readonly #comparators: (RowCompare | undefined)[][] = [];

  /** @param otherKeys - those of the second stream; they have the directions of the first */
  constructor(keys: readonly KeyFieldSpec[], otherKeys: readonly KeyFieldSpec[] = keys) {
    this.keys = keys;
    this.#otherKeys = otherKeys;
  }

  comparator(a: StreamLayout, b: StreamLayout): RowCompare {
    const known = this.#comparators[a.index] ?? [];
    this.#comparators[a.index] = known;
    const compare = known[b.index] ?? this.#make(a, b);
    known[b.index] = compare;
    return compare;
  }

  valueComparator(a: StreamLayout, b: StreamLayout): RowCompare {
    return compareDecoded(a, this.keys, b, this.#otherKeys);
  }

  #make(a: StreamLayout, b: StreamLayout): RowCompare {
    const fieldsA = expandedFields(a, this.keys);
    const fieldsB = expandedFields(b, this.#otherKeys);
    if (fieldsA === undefined || fieldsB === undefined || !correspond(fieldsA, fieldsB)) {
      return compareDecoded(a, this.keys, b, this.#otherKeys);
    }
    if (fieldsA.length === 0) return () => 0;
    return new RowPairComparator(a.layout, fieldsA, b.layout, fieldsB).compare;
  }

  fieldsOf(layout: StreamLayout): LayoutKeyFields {
    const firstMissing = this.keys.findIndex((key) => resolved(layout, key.path) === undefined);
    const isWhole = firstMissing < 0;
    const fields = expandedFields(layout, isWhole ? this.keys : this.keys.slice(0, firstMissing))!;
    return { fields, isWhole, parts: fields.map(({ part }) => `${part} `).join("") };
  }
}

/** Is one of the fields that a key stands for. */
interface ExpandedField extends KeyField {
  readonly path: string;
  /** Which part of the key it is: its position, and the path from there. */
  readonly part: string;
}

/** Returns the fields that keys stand for in a layout; undefined when one is not there. */
function expandedFields(layout: StreamLayout, keys: readonly KeyFieldSpec[]): ExpandedField[] | undefined {
  const fields: ExpandedField[] = [];
  for (const [position, { path, order }] of keys.entries()) {
    const field = resolved(layout, path);
    if (field === undefined) return undefined;
    for (const segments of leavesOf(layout, field)) {
      const part = `${position}.${fieldPathText(segments.slice(field.segments.length))}`;
      fields.push({ path: segments.length === 0 ? WHOLE_RECORD : fieldPathText(segments), part, order });
    }
  }
  return fields;
}

/** Returns the paths of the fields that a field is compared by. */
function leavesOf(layout: StreamLayout, field: ResolvedField): (readonly string[])[] {
  const names = field.isNullable ? undefined : namesOf(field.type as AnyType);
  if (names === undefined) return [field.segments];
  return names.flatMap((name) => {
    const segments = [...field.segments, name];
    return leavesOf(layout, resolveField(layout.layout.type, parseFieldPath(fieldPathText(segments))));
  });
}

/** Returns the names of a row's or tuple's fields in the order in which they decide. */
function namesOf(type: AnyType): string[] | undefined {
  if (type.kind === "tuple") return type.elements.map((_, i) => String(i));
  return type.kind === "row" ? type.fields.map(({ name }) => name).sort() : undefined;
}

function correspond(a: readonly ExpandedField[], b: readonly ExpandedField[]): boolean {
  return a.length === b.length && a.every((field, i) => field.part === b[i]!.part);
}

function resolved(layout: StreamLayout, path: string): ResolvedField | undefined {
  return resolveFieldIfAny(layout.layout.type, parseFieldPath(path));
}

function compareDecoded(
  a: StreamLayout,
  keysA: readonly KeyFieldSpec[],
  b: StreamLayout,
  keysB: readonly KeyFieldSpec[],
): RowCompare {
  const readersA = keysA.map(({ path }) => valueReader(a, path));
  const readersB = keysB.map(({ path }) => valueReader(b, path));
  return (memoryA, slotA, memoryB, slotB) => {
    for (let i = 0; i < keysA.length; i++) {
      const order = compareValues(readersA[i]!(memoryA, slotA), readersB[i]!(memoryB, slotB));
      if (order !== 0) return keysA[i]!.order === "descending" ? -order : order;
    }
    return 0;
  };
}

function valueReader(layout: StreamLayout, path: string): (memory: Memory, slot: number) => unknown {
  if (resolved(layout, path) === undefined) return () => null;
  if (path === WHOLE_RECORD) return layout.serializer.read;
  const read = layout.serializer.fieldReader(path);
  return (memory, slot) => read(memory, slot) ?? null;
}
