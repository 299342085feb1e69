import { invariant } from "../errors/index.js";
import { fieldValue } from "../keys/field-path.js";
import { compareTyped } from "../keys/typed-values.js";
import { compareValues } from "../keys/values.js";
import { generateCompare, generateRecordCompare, type RecordCompare } from "./generate-compare.js";
import { interpretCompare, type RowCompare } from "./interpret-compare.js";
import { matchKeys } from "./match-keys.js";
import { type AbsentKeyOptions, type KeyField, type RowKey, resolveKeys } from "./row-key.js";
import { type RowLayout, structOfLayout } from "./row-layout.js";
import { generatesCode, type RowCodeOptions } from "./row-serializer.js";

/**
 * Orders records of one layout by key fields, where they lie or as objects. It holds no state: one serves many threads of
 * control. Throws UNKNOWN_FIELD or INVALID_KEY for keys that the layout does not have.
 * @public
 */
export class RowComparator<T = unknown> {
  /** The layout of the records. */
  readonly layout: RowLayout<T>;
  /** The key fields as they were given. */
  readonly keys: readonly KeyField[];
  /** Compares two records where they lie. */
  readonly compare: RowCompare;
  /** Compares two records that are plain data of the layout's type. */
  readonly compareRecords: RecordCompare<T>;

  constructor(layout: RowLayout<T>, keys: readonly KeyField[], options: RowCodeOptions & AbsentKeyOptions = {}) {
    this.layout = layout;
    this.keys = keys;
    const resolved = resolveKeys(layout as RowLayout, keys, options);
    const flat = matchKeys(resolved, resolved);
    const isValue = structOfLayout(layout).shape === "value";
    const canGenerateRecords = resolved.every((key) => key.rest === undefined);
    if (generatesCode(options)) {
      this.compare = generateCompare(...flat);
      this.compareRecords = canGenerateRecords
        ? generateRecordCompare(resolved, isValue)
        : interpretRecordCompare(resolved);
    } else {
      this.compare = interpretCompare(...flat);
      this.compareRecords = interpretRecordCompare(resolved);
    }
  }
}

/**
 * Compares a record of one layout with a record of another by keys that correspond one by one: an int32 with a float64 by
 * value, and otherwise by the order of all values. The directions are those of the first keys.
 * @public
 */
export class RowPairComparator {
  /** Compares a record of the first layout with one of the second, where they lie. */
  readonly compare: RowCompare;

  constructor(
    layoutA: RowLayout,
    keysA: readonly KeyField[],
    layoutB: RowLayout,
    keysB: readonly KeyField[],
    options: RowCodeOptions & AbsentKeyOptions = {},
  ) {
    invariant(keysA.length === keysB.length, "keys that are compared have the same number of fields");
    const make = generatesCode(options) ? generateCompare : interpretCompare;
    this.compare = make(...matchKeys(resolveKeys(layoutA, keysA, options), resolveKeys(layoutB, keysB, options)));
  }
}

function interpretRecordCompare(keys: readonly RowKey[]): RecordCompare {
  return (a, b) => {
    for (const key of keys) {
      const x = fieldValue(a, key.path);
      const y = fieldValue(b, key.path);
      const order = key.rest === undefined ? compareTyped(key.field.type, x, y) : compareValues(x, y);
      if (order !== 0) return key.isDescending ? -order : order;
    }
    return 0;
  };
}
