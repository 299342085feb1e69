import { NULLS_WORD } from "./row-format.js";
import { canBeNull, type RowKey } from "./row-key.js";

const NUMBER_KINDS = ["int32", "int64", "float64", "timestamp"] as const;
const KEY_KINDS = [...NUMBER_KINDS, "boolean", "string"] as const;

/** Names the kinds of keys that are a number in one slot. @internal */
export type NumberKind = (typeof NUMBER_KINDS)[number];

/** Names the kinds of keys that code finds by their slot, and in a string's bytes. @internal */
export type KeyKind = (typeof KEY_KINDS)[number];

/** Is where a part of a key lies that is a field of the record itself, for code that works on many rows at once. @internal */
export interface KeyColumn<K extends KeyKind = KeyKind> {
  /** How the slot is read. */
  readonly kind: K;
  /** The slot of the field, counted from the begin of the row. */
  readonly fieldSlot: number;
  /** The 32-bit word of the row that has the column's null bit. */
  readonly nullWord: number;
  /** The column's null bit in that word; 0 when it has no nulls. */
  readonly nullMask: number;
}

/** Is where a key lies that is one number of the record itself. @internal */
export type NumberColumn = KeyColumn<NumberKind>;

/** Returns where the parts of a key lie, or undefined when one is of another kind, or not in the record itself. */
export function keyColumnsOf(keys: readonly RowKey[]): readonly KeyColumn[] | undefined {
  const columns = keys.map(keyColumnOf);
  return columns.every((column) => column !== undefined) ? columns : undefined;
}

/** Returns where the key lies, or undefined when it is no number, or more than one, or not in the record itself. */
export function numberColumnOf(keys: readonly RowKey[]): NumberColumn | undefined {
  const column = keys.length === 1 ? keyColumnOf(keys[0]!) : undefined;
  const isNumber = NUMBER_KINDS.some((name) => name === column?.kind);
  return isNumber ? (column as NumberColumn) : undefined;
}

function keyColumnOf(key: RowKey): KeyColumn | undefined {
  if (key.kind !== "field" || key.rest !== undefined || key.parents.length !== 0) return undefined;
  const kind = KEY_KINDS.find((name) => name === key.field.content.kind);
  if (kind === undefined) return undefined;
  const { index } = key.field;
  return {
    kind,
    fieldSlot: key.struct.headerSlots + index,
    nullWord: NULLS_WORD + (index >> 5),
    nullMask: canBeNull(key.field) ? 1 << (index & 31) : 0,
  };
}
