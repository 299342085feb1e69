import {
  type ByteInput,
  type IoContext,
  Memory,
  MemorySegment,
  openByteInput,
  PAGE_SIZE_BYTES,
  type PageHeader,
  readPageHeader,
  withClosing,
} from "@millrace/core";
import {
  BLOCK_HEADER_BYTES,
  BLOCK_SIZE_BYTES,
  corrupt,
  descriptorLength,
  descriptorOf,
  FILE_HEADER_FIXED_BYTES,
  FILE_HEADER_TRAILER_BYTES,
  readBlockHeader,
} from "./block-format.js";

type Encoding = Parameters<typeof openByteInput>[3];

/** Is what the header of a file says. @internal */
export interface FileHeader {
  /** The JSON form of the record type. */
  readonly descriptor: unknown;
  /** Where the first block begins. */
  readonly blocksStart: number;
}

/** Is one block that was read and checked. @internal */
export interface Block {
  readonly page: MemorySegment;
  readonly header: PageHeader;
  readonly isLast: boolean;
  readonly numRecordsBefore: number;
}

/** Reads the header of a file; throws CORRUPT_FILE. @internal */
export async function readFileHeader(context: IoContext, path: string, encoding: Encoding): Promise<FileHeader> {
  const input = await openByteInput(context, path, 0, encoding);
  return withClosing(input, async () => {
    const fixed = new Uint8Array(FILE_HEADER_FIXED_BYTES);
    const numRead = await fill(input, fixed);
    const length = descriptorLength(fixed.subarray(0, numRead), path);
    const header = new Uint8Array(FILE_HEADER_FIXED_BYTES + length + FILE_HEADER_TRAILER_BYTES);
    header.set(fixed);
    const rest = await fill(input, header.subarray(FILE_HEADER_FIXED_BYTES));
    const descriptor = descriptorOf(header.subarray(0, FILE_HEADER_FIXED_BYTES + rest), length, path);
    return { descriptor, blocksStart: header.length };
  });
}

/** Reads blocks one after the other, from a given one on. The owner closes it. @internal */
export class BlockReader {
  readonly #path: string;
  readonly #input: ByteInput;
  #index: number;
  #hasSeenLast = false;

  private constructor(path: string, input: ByteInput, index: number) {
    this.#path = path;
    this.#input = input;
    this.#index = index;
  }

  static async open(
    context: IoContext,
    path: string,
    encoding: Encoding,
    blocksStart: number,
    index: number,
  ): Promise<BlockReader> {
    const input = await openByteInput(context, path, blocksStart + index * BLOCK_SIZE_BYTES, encoding);
    return new BlockReader(path, input, index);
  }

  /** Returns the next block in a memory of its own; undefined behind the last one. Throws CORRUPT_FILE. */
  async next(): Promise<Block | undefined> {
    if (this.#hasSeenLast) return undefined;
    const memory = new Memory(new ArrayBuffer(BLOCK_SIZE_BYTES));
    const numRead = await fill(this.#input, memory.u8);
    const index = this.#index++;
    if (numRead === 0)
      throw corrupt(this.#path, `The file ends in front of block ${index}`, "a block that says it is the last");
    const { isLast, usedBytes, numRecordsBefore } = readBlockHeader(memory.u8, numRead, index, this.#path);
    this.#hasSeenLast = isLast;
    if (isLast && (numRead > BLOCK_HEADER_BYTES + usedBytes || (await this.#hasMore()))) {
      throw corrupt(this.#path, "Something follows the last block of the file", "a whole, unchanged file");
    }
    const page = new MemorySegment(memory, BLOCK_HEADER_BYTES, PAGE_SIZE_BYTES);
    if (usedBytes === 0) return { page, header: EMPTY_PAGE, isLast, numRecordsBefore };
    return { page, header: readPageHeader(page), isLast, numRecordsBefore };
  }

  close(): Promise<void> {
    return this.#input.close();
  }

  async #hasMore(): Promise<boolean> {
    return (await this.#input.read(new Uint8Array(1))) > 0;
  }
}

const EMPTY_PAGE: PageHeader = {
  kind: 0,
  continues: false,
  usedBytes: 0,
  layoutId: { low: 0, high: 0 },
  numRecords: 0,
  firstRecord: 0,
};

async function fill(input: ByteInput, target: Uint8Array): Promise<number> {
  let filled = 0;
  while (filled < target.length) {
    const numRead = await input.read(target.subarray(filled));
    if (numRead === 0) break;
    filled += numRead;
  }
  return filled;
}
