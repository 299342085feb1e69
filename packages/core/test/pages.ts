import {
  DataInputView,
  DataOutputView,
  type LayoutIdWords,
  Memory,
  MemorySegment,
  PAGE_SIZE_BYTES,
} from "../src/index.js";

/** A pool of pages of one memory; `pages` are those that were asked for. */
export class TestPages {
  readonly pages: MemorySegment[] = [];
  readonly #memory: Memory;
  readonly #pageSizeBytes: number;
  readonly #numPages: number;

  constructor(numPages: number, pageSizeBytes = PAGE_SIZE_BYTES) {
    this.#memory = new Memory(new SharedArrayBuffer(numPages * pageSizeBytes));
    this.#memory.i32.fill(-559038737);
    this.#numPages = numPages;
    this.#pageSizeBytes = pageSizeBytes;
  }

  readonly next = (): MemorySegment | undefined => {
    if (this.pages.length === this.#numPages) return undefined;
    const page = new MemorySegment(this.#memory, this.pages.length * this.#pageSizeBytes, this.#pageSizeBytes);
    this.pages.push(page);
    return page;
  };

  output(layoutId: LayoutIdWords): DataOutputView {
    return new DataOutputView(this.next, layoutId);
  }

  /** Reads the pages from the given one on. */
  input(firstPage = 0): DataInputView {
    const pages = this.pages.slice(firstPage).values();
    return new DataInputView(() => pages.next().value, firstPage > 0);
  }
}
