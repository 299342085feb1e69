import { NULLS_WORD } from "./row-format.js";
import { canBeNull, type RowKey } from "./row-key.js";

const NUMBER_KINDS = ["int32", "int64", "float64", "timestamp"] as const;

/** Names the kinds of keys that are a number in one slot. @internal */
export type NumberKind = (typeof NUMBER_KINDS)[number];

/** Is where a key lies that is one number of the record itself, for code that hashes many rows at once. @internal */
export interface NumberColumn {
  /** How the slot is read. */
  readonly kind: NumberKind;
  /** The slot of the number, counted from the begin of the row. */
  readonly fieldSlot: number;
  /** The 32-bit word of the row that has the column's null bit. */
  readonly nullWord: number;
  /** The column's null bit in that word; 0 when it has no nulls. */
  readonly nullMask: number;
}

/** Returns where the key lies, or undefined when it is no number, or more than one, or not in the record itself. */
export function numberColumnOf(keys: readonly RowKey[]): NumberColumn | undefined {
  const [key] = keys;
  if (key === undefined || keys.length !== 1 || key.kind !== "field") return undefined;
  if (key.rest !== undefined || key.parents.length !== 0) return undefined;
  const kind = NUMBER_KINDS.find((name) => name === key.field.content.kind);
  if (kind === undefined) return undefined;
  const { index } = key.field;
  return {
    kind,
    fieldSlot: key.struct.headerSlots + index,
    nullWord: NULLS_WORD + (index >> 5),
    nullMask: canBeNull(key.field) ? 1 << (index & 31) : 0,
  };
}
