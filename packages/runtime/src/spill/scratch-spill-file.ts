/**
 * A spill file is made of blocks of 32 KiB, without headers: block b begins at byte b * 32 KiB, and of its page only the used bytes are written, straight from
 * the page. A large record takes as many blocks as it needs, one behind the other. Sizes and checksums of the blocks are kept in memory (see
 * {@link BlockIndex}). So a block that comes back with other bytes is found, whatever happened to it: flipped bits, an older version, the
 * bytes of another block or of another file, zeros, or nothing because the file was cut.
 */
import { invariant, Memory, type MemorySegment, PAGE_SIZE_BYTES, type ScratchFile } from "@millrace/core";
import { checksum } from "../kernels/checksum-twin.js";
import type { Kernels } from "../kernels/kernels.js";
import { kernelsFor } from "../kernels/kernels-for.js";
import { BlockIndex } from "./block-index.js";
import { spillCorrupt, spillFailed } from "./spill-errors.js";
import type { SpillFile } from "./spill-space.js";

const PAGE_USED_WORD = 1;
/** The least size of the memory that large records are read into. It is small, since a queue of little memory writes any record this way. */
const MIN_LARGE_READ_BYTES = 64 * 1024;
/** The largest size of it that is kept for the next record. */
const MAX_KEPT_READ_BYTES = 1024 * 1024;
const EMPTY = new Memory(new ArrayBuffer(0));

/** Is what a spill file needs of its space. */
export interface SpillFileParent {
  /** The folders, for errors; empty when it is the system's. */
  readonly folders: readonly string[];
  /** Creates the file, at the first write. */
  open(owner: string): ScratchFile;
  /** Counts bytes that were written. */
  written(numBytes: number): void;
  /** Counts bytes that were read. */
  read(numBytes: number): void;
  /** Forgets the file. */
  removed(file: SpillFile): void;
}

/** Is a spill file in a temporary file of the host. @internal */
export class ScratchSpillFile implements SpillFile {
  readonly #owner: string;
  readonly #parent: SpillFileParent;
  readonly #index = new BlockIndex();
  /** Undefined before the first write, and after it was removed. */
  #file: ScratchFile | undefined;
  #isRemoved = false;
  #sizeBytes = 0;
  /** The kernels of the memory that was used last. */
  #kernels: Kernels | undefined;
  #large = EMPTY;

  constructor(owner: string, parent: SpillFileParent) {
    this.#owner = owner;
    this.#parent = parent;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get numBlocks(): number {
    return this.#index.numBlocks;
  }

  writePage(page: MemorySegment): number {
    const used = page.memory.i32[page.firstSlot * 2 + PAGE_USED_WORD]!;
    invariant(used > 0 && used <= PAGE_SIZE_BYTES, "a page that is spilled says how much of it is used");
    return this.#write(page.memory, page.firstSlot, used);
  }

  writeLarge(memory: Memory, slot: number): number {
    return this.#write(memory, slot, memory.i32[slot * 2]!);
  }

  readPage(block: number, page: MemorySegment): number {
    const size = this.#index.sizeOf(block);
    invariant(size > 0 && size <= page.sizeBytes, "a block that is read is one page");
    this.#read(block, page.memory, page.firstSlot, size);
    return size;
  }

  readLarge(block: number): Memory {
    const size = this.#index.sizeOf(block);
    invariant(size > 0, "a block that is read was written");
    if (this.#large.buffer.byteLength < size) {
      this.#large = EMPTY;
      this.#large = new Memory(new ArrayBuffer(largeReadBytes(size)));
    }
    const memory = this.#large;
    if (size > MAX_KEPT_READ_BYTES) this.#large = EMPTY;
    this.#read(block, memory, 0, size);
    return memory;
  }

  remove(): void {
    if (this.#isRemoved) return;
    this.#isRemoved = true;
    this.#file?.remove();
    this.#file = undefined;
    this.#large = EMPTY;
    this.#parent.removed(this);
  }

  #write(memory: Memory, slot: number, size: number): number {
    invariant(!this.#isRemoved, "nothing is written to a file that was removed");
    this.#file ??= this.#parent.open(this.#owner);
    const from = slot * 8;
    const begin = this.#index.numBlocks * PAGE_SIZE_BYTES;
    try {
      for (let done = 0; done < size; ) {
        done += this.#file.write(memory.u8.subarray(from + done, from + size), begin + done);
      }
    } catch (error) {
      throw spillFailed(this.#owner, "written", error, this.#parent.folders);
    }
    this.#sizeBytes += size;
    this.#parent.written(size);
    return this.#index.add(Math.ceil(size / PAGE_SIZE_BYTES), size, this.#checksum(memory, from, size));
  }

  #read(block: number, memory: Memory, slot: number, size: number): void {
    invariant(!this.#isRemoved && this.#file !== undefined, "nothing is read from a file that was removed");
    const from = slot * 8;
    const begin = block * PAGE_SIZE_BYTES;
    let done = 0;
    try {
      while (done < size) {
        const count = this.#file.read(memory.u8.subarray(from + done, from + size), begin + done);
        if (count === 0) break;
        done += count;
      }
    } catch (error) {
      throw spillFailed(this.#owner, "read again", error, this.#parent.folders);
    }
    if (done < size) throw spillCorrupt(this.#owner, this.#file.path, block, `ends after ${done} of ${size} bytes`);
    if (this.#checksum(memory, from, size) !== this.#index.checksumOf(block)) {
      throw spillCorrupt(this.#owner, this.#file.path, block, "has a wrong checksum");
    }
    this.#parent.read(size);
  }

  #checksum(memory: Memory, from: number, size: number): number {
    if (memory === this.#large || memory.buffer instanceof ArrayBuffer) return checksum(memory, from, size);
    if (this.#kernels?.memory !== memory) this.#kernels = kernelsFor(memory);
    return this.#kernels.checksum(from, size);
  }
}

/** Returns the size of the memory for a large record: of a power of two as long as it is kept, so that growing records don't ask for one each. */
function largeReadBytes(size: number): number {
  let bytes = MIN_LARGE_READ_BYTES;
  while (bytes < size && bytes < MAX_KEPT_READ_BYTES) bytes *= 2;
  return Math.max(size, bytes);
}
