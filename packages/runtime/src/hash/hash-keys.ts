import { type KeyColumn, type NumberColumn, RowKeys, type RowTableHash, type TableHashSeed } from "@millrace/core";
import type { KeyFieldSpec } from "@millrace/job-graph";
import { MAX_KEY_FIELDS } from "../kernels/kernel-layouts.js";
import { ABSENT_KEYS_ARE_NULL } from "../rows/row-order.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { KeyedValueRows } from "./keyed-value-rows.js";
import { nullTestOf, type RowTest } from "./null-keys.js";

const WHOLE_RECORD = "*";

/** Is what hash tables ask about rows of one layout. @internal */
export interface LayoutHashKeys {
  /** Returns the table hash of a row's key. */
  readonly hash: RowTableHash;
  /** Tells whether a part of a row's key is null, so that it matches nothing; undefined when none can be. */
  readonly hasNull: RowTest | undefined;
  /** Where the key lies when it is one number, for kernels; undefined for other keys. */
  readonly column: NumberColumn | undefined;
  /** Where the parts of the key lie when all are numbers, booleans or strings, for kernels; undefined for other keys. */
  readonly columns: readonly KeyColumn[] | undefined;
}

/**
 * Hashes keys of rows; code is made per layout, on first use. Hashes agree across layouts, since they are those of the keys' canonical bytes.
 * @internal
 */
export class HashKeys {
  /** The fields of the key. */
  readonly keys: readonly KeyFieldSpec[];
  readonly #keyed: KeyedValueRows | undefined;
  readonly #byLayout: (LayoutHashKeys | undefined)[] = [];

  /** @param keyed - rows that carry their key elsewhere */
  constructor(keys: readonly KeyFieldSpec[], keyed?: KeyedValueRows) {
    this.keys = keys;
    this.#keyed = keyed;
  }

  /** Returns what is to be known about rows of `layout`. */
  of(layout: StreamLayout): LayoutHashKeys {
    return this.#byLayout[layout.index] ?? this.#add(layout);
  }

  #add(layout: StreamLayout): LayoutHashKeys {
    const keys = this.#keyed?.has(layout) === true ? this.#keyed.keys : this.keys;
    const { tableHash, numberColumn, keyColumns } = new RowKeys(layout.layout, keys, ABSENT_KEYS_ARE_NULL);
    const isWhole = keys.some(({ path }) => path === WHOLE_RECORD);
    const made: LayoutHashKeys = {
      hash: tableHash,
      hasNull: nullTestOf(layout, keys),
      column: isWhole ? undefined : numberColumn,
      columns: isWhole || keys.length > MAX_KEY_FIELDS ? undefined : keyColumns,
    };
    this.#byLayout[layout.index] = made;
    return made;
  }
}

/** Returns the seed of tables at a depth of recursion: keys that met in one partition are spread anew by it. @internal */
export function seedAtLevel(seed: TableHashSeed, level: number): TableHashSeed {
  return { low: seed.low ^ Math.imul(level, 0x9e3779b1), high: (seed.high + Math.imul(level, 0x85ebca6b)) | 0 };
}
