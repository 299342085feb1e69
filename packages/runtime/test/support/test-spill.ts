import { TestHost } from "@millrace/host-test";
import { createSpillSpace, type SpillFile, type SpillSpace } from "../../src/index.js";

const OPERATIONS = ["scratchFolder", "scratchCreate", "scratchWrite", "scratchRead"] as const;

/** Spills as a job does, to the disk of a test host: its calls are counted, and one of them can fail. */
export class TestSpill implements SpillSpace {
  /** The most files that there were at once. */
  maxFiles = 0;
  /** How many pages were read, without rows larger than a page. */
  numPagesRead = 0;
  readonly #host = new TestHost();
  readonly #space = createSpillSpace(this.#host);

  /** @param failsAt - the call of the disk that fails, from 1; 0 for none */
  constructor(failsAt = 0) {
    if (failsAt > 0) this.failAt = failsAt;
  }

  /** The n-th call of the disk from now fails. */
  set failAt(n: number) {
    this.#host.files.failAt(n, OPERATIONS);
  }

  get numBytesWritten(): number {
    return this.#space.numBytesWritten;
  }

  get numBytesRead(): number {
    return this.#space.numBytesRead;
  }

  /** How many calls of the disk there were. */
  get numCalls(): number {
    return OPERATIONS.reduce((sum, operation) => sum + this.#host.files.numCalls(operation), 0);
  }

  /** How many files were written to. */
  get numFiles(): number {
    return this.#host.files.numCalls("scratchCreate");
  }

  /** How many bytes all files have. */
  get numBytesOnDisk(): number {
    return this.#host.scratch.sizeBytes;
  }

  /** The files that are there. */
  get files(): { readonly size: number } {
    return { size: this.#host.scratch.paths.length };
  }

  createFile(owner: string): SpillFile {
    const file = this.#space.createFile(owner);
    return {
      get sizeBytes() {
        return file.sizeBytes;
      },
      get numBlocks() {
        return file.numBlocks;
      },
      writePage: (page) => this.#written(file.writePage(page)),
      readPage: (block, page) => {
        this.numPagesRead++;
        return file.readPage(block, page);
      },
      writeLarge: (memory, slot) => this.#written(file.writeLarge(memory, slot)),
      readLarge: (block) => file.readLarge(block),
      remove: () => file.remove(),
    };
  }

  close(): void {
    this.#space.close();
  }

  #written(block: number): number {
    this.maxFiles = Math.max(this.maxFiles, this.files.size);
    return block;
  }
}
