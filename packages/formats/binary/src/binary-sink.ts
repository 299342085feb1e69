import {
  checkOptions,
  DataOutputView,
  FILE_WRITE_OPTIONS,
  type FileWriteOptions,
  fileSink,
  Memory,
  MemorySegment,
  type OptionRules,
  type OutputBuffer,
  PAGE_SIZE_BYTES,
  type RecordEncoder,
  RowLayout,
  RowSerializer,
  readPageHeader,
  type Sink,
  type TypeInformation,
  textCoding,
  types,
} from "@millrace/core";
import { BLOCK_HEADER_BYTES, BLOCK_SIZE_BYTES, fileHeader, writeBlockHeader } from "./block-format.js";

/** Says how records are written in binary. @public */
export interface BinaryWriteOptions<T> extends FileWriteOptions {
  /** What the records are. Without it every record is written with its own layout, which takes more time and room. */
  readonly types?: TypeInformation<T> | undefined;
}

const OPTIONS: OptionRules<BinaryWriteOptions<unknown>> = { ...FILE_WRITE_OPTIONS, types: "checked elsewhere" };

/**
 * Writes records as they lie in memory, in blocks with checksums. Such files are the fastest to read back, split at
 * every block, and hold the type of their records.
 * @public
 */
export function binarySink<T>(path: string, options: BinaryWriteOptions<T> = {}): Sink<T> {
  checkOptions("binary files", options, OPTIONS);
  const type: TypeInformation<unknown> = options.types ?? types.any;
  const layout = RowLayout.of(type);
  return fileSink<T>({
    label: "binary",
    path,
    options,
    coding: textCoding("utf-8"),
    openEncoder: () => new BlockEncoder<T>(layout as RowLayout<T>),
  });
}

/** Is a block that records are being written into. */
interface OpenBlock {
  readonly bytes: Uint8Array;
  readonly page: MemorySegment;
}

class BlockEncoder<T> implements RecordEncoder<T> {
  readonly #layout: RowLayout<T>;
  readonly #serializer: RowSerializer<T>;
  readonly #view: DataOutputView;
  /** Blocks that the view was given; all but the last are complete once a record was written. */
  #blocks: OpenBlock[] = [];
  #numBlocks = 0;
  #numRecords = 0;

  constructor(layout: RowLayout<T>) {
    this.#layout = layout;
    this.#serializer = new RowSerializer(layout);
    this.#view = new DataOutputView(() => this.#nextPage(), layout.idWords);
  }

  begin(out: OutputBuffer): void {
    out.writeBytes(fileHeader(this.#layout.type));
  }

  encode(record: T, out: OutputBuffer): void {
    this.#serializer.serialize(record, this.#view);
    while (this.#blocks.length > 1) this.#writeBlock(this.#blocks.shift()!, false, out);
  }

  end(out: OutputBuffer): void {
    this.#view.endPage();
    const last = this.#blocks.shift();
    if (last !== undefined) {
      this.#writeBlock(last, true, out);
      return;
    }
    const bytes = new Uint8Array(BLOCK_HEADER_BYTES);
    writeBlockHeader(bytes, 0, { isLast: true, usedBytes: 0, numRecordsBefore: 0 });
    out.writeBytes(bytes);
  }

  #nextPage(): MemorySegment {
    const memory = new Memory(new ArrayBuffer(BLOCK_SIZE_BYTES));
    const page = new MemorySegment(memory, BLOCK_HEADER_BYTES, PAGE_SIZE_BYTES);
    this.#blocks.push({ bytes: memory.u8, page });
    return page;
  }

  #writeBlock(block: OpenBlock, isLast: boolean, out: OutputBuffer): void {
    const { usedBytes, numRecords } = readPageHeader(block.page);
    writeBlockHeader(block.bytes, this.#numBlocks, { isLast, usedBytes, numRecordsBefore: this.#numRecords });
    this.#numBlocks++;
    this.#numRecords += numRecords;
    out.writeBytes(isLast ? block.bytes.subarray(0, BLOCK_HEADER_BYTES + usedBytes) : block.bytes);
  }
}
