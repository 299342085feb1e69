import { invariant, MillraceError } from "../errors/index.js";
import type { DataOutputView, Memory, RecordWriter } from "../memory/index.js";
import { checkRecord } from "../records/conform-record.js";
import { canGenerateCode } from "./code-generation.js";
import { generateFieldReader, generateReader } from "./generate-read.js";
import { generateWriter } from "./generate-write.js";
import { interpretFieldReader, interpretReader, type RecordReader } from "./interpret-read.js";
import { interpretWriter } from "./interpret-write.js";
import { TYPE_MISMATCH } from "./plain-row.js";
import { resolveKeys } from "./row-key.js";
import { type RowLayout, structOfLayout } from "./row-layout.js";

/** Says how the code of a layout is made. @public */
export interface RowCodeOptions {
  /**
   * `generated` makes functions from text, `interpreted` walks the layout for each record. Without it code is generated
   * where the process allows it. Both do the same.
   */
  readonly code?: "generated" | "interpreted" | undefined;
}

/** Tells which kind of code `options` ask for in this process. @internal */
export function generatesCode(options: RowCodeOptions): boolean {
  return options.code === undefined ? canGenerateCode() : options.code === "generated";
}

/**
 * Moves records of one layout to bytes and back. Use one per layout and thread; it keeps no records.
 * @public
 */
export class RowSerializer<T = unknown> {
  /** The layout of the records. */
  readonly layout: RowLayout<T>;
  /**
   * Writes a record in one piece; see {@link RecordWriter}. Throws RECORD_TYPE_MISMATCH or RECORD_NOT_DATA for a record
   * that is not of the layout's type, with field, expected and got.
   */
  readonly write: RecordWriter<T>;
  /** Reads the record at a slot of a memory; the result shares nothing with it. */
  readonly read: RecordReader<T>;
  readonly #isGenerated: boolean;

  constructor(layout: RowLayout<T>, options: RowCodeOptions = {}) {
    const struct = structOfLayout(layout);
    this.layout = layout;
    this.#isGenerated = generatesCode(options);
    const makeWriter = this.#isGenerated ? generateWriter : interpretWriter;
    this.write = makeWriter(struct, (error, record) => errorOf(error, record, layout));
    this.read = (this.#isGenerated ? generateReader(struct) : interpretReader(struct)) as RecordReader<T>;
  }

  /** Appends a record; a page of another layout is ended before it. Returns false when `out` has no more pages. */
  serialize(record: T, out: DataOutputView): boolean {
    out.setLayout(this.layout.idWords);
    return out.write(this.write, record);
  }

  /**
   * Returns a reader of one field, given by its path or position, that reads nothing else of a record. An absent field reads
   * as `undefined`, one below a null as null. Throws UNKNOWN_FIELD and INVALID_KEY.
   */
  fieldReader(path: string | number): RecordReader {
    const [key] = resolveKeys(this.layout as RowLayout, [{ path }]);
    return this.#isGenerated ? generateFieldReader(key!) : interpretFieldReader(key!);
  }

  /** Returns a copy of the record at `slot` of `memory` in bytes of its own, as they lie there. */
  static copyBytes(memory: Memory, slot: number): Uint8Array {
    const from = slot * 8;
    return memory.u8.slice(from, from + memory.i32[slot * 2]!);
  }
}

/** Finds out what is wrong with a record that could not be written, at the price of looking at all of it again. */
function errorOf(error: unknown, record: unknown, layout: RowLayout): unknown {
  if (error instanceof MillraceError && error.code !== "RECORD_NOT_DATA") return error;
  checkRecord(record, layout.type);
  invariant(error !== TYPE_MISMATCH, "a writer refuses only records that contradict their type");
  return error;
}
