import type { TableHashSeed } from "@millrace/core";
import type { PageBudget } from "../memory/page-budget.js";
import { takePage } from "../memory/take-page.js";
import type { RowPairOrder } from "../rows/row-order.js";
import type { LayoutTable } from "../rows/stream-layout.js";
import type { SpillSpace } from "../spill/spill-space.js";
import type { HashKeys } from "./hash-keys.js";
import type { JoinEmitter, JoinNeeds } from "./join-emitter.js";
import { EntryFile } from "./spilled-entries.js";

/** Is what all levels of recursion of one join table share. @internal */
export interface JoinEnvironment {
  readonly budget: PageBudget;
  readonly layouts: LayoutTable;
  readonly files: EntryFiles;
  readonly seed: TableHashSeed;
  readonly buildKeys: HashKeys;
  readonly probeKeys: HashKeys;
  /** Compares build rows with each other. */
  readonly buildEquality: RowPairOrder;
  /** Compares build rows with probe rows. */
  readonly equality: RowPairOrder;
  readonly emitter: JoinEmitter;
  readonly needs: JoinNeeds;
}

/** Makes the files of a structure, and removes those that are left at its end. @internal */
export class EntryFiles {
  readonly #spill: SpillSpace;
  readonly #owner: string;
  readonly #open = new Set<EntryFile>();

  constructor(spill: SpillSpace, owner: string) {
    this.#spill = spill;
    this.#owner = owner;
  }

  /** Makes a file. */
  create(): EntryFile {
    const file = new EntryFile(this.#spill, this.#owner);
    this.#open.add(file);
    return file;
  }

  /** Takes what was written to a file as one of its own; the file is empty then, and can be written again. */
  detach(file: EntryFile): EntryFile {
    const detached = file.detach();
    this.#open.add(detached);
    return detached;
  }

  /** Removes a file. */
  remove(file: EntryFile): void {
    this.#open.delete(file);
    file.remove();
  }

  /** Removes all files. */
  removeAll(): void {
    for (const file of this.#open) file.remove();
    this.#open.clear();
  }
}

/** Takes a page that must be there, because the least memory was counted so. @internal */
export function takeReserved(budget: PageBudget): ReturnType<PageBudget["take"]> & object {
  return takePage(budget);
}
