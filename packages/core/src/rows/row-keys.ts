import { writeKey } from "../keys/canonical.js";
import { fieldValue } from "../keys/field-path.js";
import { KeyBytes } from "../keys/key-bytes.js";
import { writeTypedKey } from "../keys/typed-values.js";
import type { Memory } from "../memory/index.js";
import { generateKeyWriter, interpretKeyWriter, type RowKeyWriter } from "./canonical-row-key.js";
import { type KeyColumn, keyColumnsOf, type NumberColumn, numberColumnOf } from "./key-column.js";
import { matchKeys } from "./match-keys.js";
import {
  generateNormalizedKeys,
  interpretNormalizedKeys,
  type NormalizedKeyWriter,
  normalizedKeyLength,
} from "./normalized-key.js";
import { generateRowHash, interpretRowHash, type RowPartitionHash, type RowTableHash } from "./row-hash.js";
import { type AbsentKeyOptions, type KeyField, type RowKey, resolveKeys } from "./row-key.js";
import type { RowLayout } from "./row-layout.js";
import { generatesCode, type RowCodeOptions } from "./row-serializer.js";

/**
 * Makes the keys of records of one layout: canonical key bytes, both hashes, normalized keys. It reuses one buffer, so use
 * one per thread. Throws UNKNOWN_FIELD or INVALID_KEY for keys that the layout does not have.
 * @public
 */
export class RowKeys<T = unknown> {
  /** The layout of the records. */
  readonly layout: RowLayout<T>;
  /** The key fields as they were given. */
  readonly keys: readonly KeyField[];
  /** The length of whole normalized keys in bytes; Infinity when a field has no fixed length or no normalized form. */
  readonly normalizedKeyBytes: number;
  /** Writes the normalized key of a record where it lies. */
  readonly writeNormalizedKey: NormalizedKeyWriter;
  /** Returns the partition hash of a record where it lies. */
  readonly partitionHash: RowPartitionHash;
  /** Returns the table hash of a record where it lies. */
  readonly tableHash: RowTableHash;
  /** Where the key lies when it is one number of the record itself, for code that hashes many rows at once. @internal */
  readonly numberColumn: NumberColumn | undefined;
  /** Where the parts of the key lie when all are numbers, booleans or strings of the record itself. @internal */
  readonly keyColumns: readonly KeyColumn[] | undefined;
  readonly #resolved: readonly RowKey[];
  readonly #write: RowKeyWriter;
  readonly #out = new KeyBytes();

  constructor(layout: RowLayout<T>, keys: readonly KeyField[], options: RowCodeOptions & AbsentKeyOptions = {}) {
    const isGenerated = generatesCode(options);
    this.layout = layout;
    this.keys = keys;
    this.#resolved = resolveKeys(layout as RowLayout, keys, options);
    this.#write = (isGenerated ? generateKeyWriter : interpretKeyWriter)(this.#resolved);
    const [flat] = matchKeys(this.#resolved, this.#resolved);
    this.writeNormalizedKey = (isGenerated ? generateNormalizedKeys : interpretNormalizedKeys)(flat);
    const hash = isGenerated ? generateRowHash(this.#resolved, this.#write) : interpretRowHash(this.#write);
    this.partitionHash = hash.partitionHash;
    this.tableHash = hash.tableHash;
    this.numberColumn = numberColumnOf(this.#resolved);
    this.keyColumns = keyColumnsOf(this.#resolved);
    this.normalizedKeyBytes = normalizedKeyLength(flat);
  }

  /** Tells whether equal normalized keys of `numBytes` bytes mean equal keys. */
  isNormalizedKeyComplete(numBytes: number): boolean {
    return numBytes >= this.normalizedKeyBytes;
  }

  /** Returns the canonical key bytes of the record at `slot`: those of its key fields, joined. The caller owns them. */
  keyBytes(memory: Memory, slot: number): Uint8Array<ArrayBuffer> {
    this.#out.clear();
    this.#write(memory, slot, this.#out);
    return this.#out.take();
  }

  /** Returns the canonical key bytes of a record that is plain data of the layout's type. */
  keyBytesOfRecord(record: T): Uint8Array<ArrayBuffer> {
    const out = this.#out;
    out.clear();
    for (const key of this.#resolved) {
      const value = fieldValue(record, key.path);
      if (key.rest === undefined) writeTypedKey(out, key.field.type, value);
      else writeKey(out, value);
    }
    return out.take();
  }
}
