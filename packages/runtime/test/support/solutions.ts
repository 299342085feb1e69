/** Solution sets beside a map that says what is in them. */

import { Memory, RowLayout, type TypeInformation, types } from "@millrace/core";
import { SolutionSet } from "../../src/hash/solution-set.js";
import { createLayoutTable } from "../../src/rows/layout-table.js";
import type { StreamLayout } from "../../src/rows/stream-layout.js";
import type { Steps } from "../../src/task/driver.js";
import { FailingBudget, pageBudget } from "./budgets.js";
import { TestSpill } from "./test-spill.js";

/** The seed of hashes of all of them. */
export const HASH_SEED = { low: 0x1234, high: 0x5678 };

/** Is a record of a solution set. */
export interface Entry {
  readonly id: number;
  readonly value: number;
  readonly text: string;
}

const DECLARED = types.row({ id: types.int32, value: types.int32, text: types.string });
/** A second layout, with the key as another type. */
const OTHER = types.row({ id: types.float64, text: types.string, value: types.float64 });

/** Writes records as rows on the heap, one at a time. */
export class Rows {
  readonly memory = new Memory(new ArrayBuffer(1 << 17));

  put(layout: StreamLayout, record: unknown): Memory {
    layout.serializer.write(record, this.memory, 0, this.memory.numSlots);
    return this.memory;
  }
}

/** Is a solution set with a budget and files of its own. */
export class Solution {
  readonly layouts = createLayoutTable();
  readonly declared: StreamLayout;
  readonly other: StreamLayout;
  readonly spill: TestSpill;
  readonly budget: FailingBudget;
  readonly set: SolutionSet;
  readonly expected = new Map<number, Entry>();
  readonly #rows = new Rows();

  constructor(numPages: number, failsAt = 0) {
    this.declared = this.layouts.add(RowLayout.of(DECLARED as unknown as TypeInformation<unknown>));
    this.other = this.layouts.add(RowLayout.of(OTHER as unknown as TypeInformation<unknown>));
    this.spill = new TestSpill(failsAt);
    this.budget = new FailingBudget(pageBudget(numPages));
    this.set = new SolutionSet({
      budget: this.budget,
      spill: this.spill,
      layouts: this.layouts,
      keys: [{ path: "id" }],
      hashSeed: HASH_SEED,
      throwIfCancelled: () => {},
    });
  }

  upsert(entry: Entry, layout: StreamLayout): void {
    this.set.upsert(this.#rows.put(layout, entry), 0, layout);
    this.expected.set(entry.id, entry);
  }

  all(): Entry[] {
    const found: Entry[] = [];
    run(
      this.set.walk((memory, slot, layout) => {
        found.push(layout.serializer.read(memory, slot) as Entry);
        return found.length % 3 !== 0;
      }),
    );
    return found.sort(byId);
  }
}

/** Orders records by key. */
export function byId(a: Entry, b: Entry): number {
  return a.id - b.id;
}

/** Does all steps. */
export function run(steps: Steps): void {
  for (const _ of steps) {
    // Nothing has to be waited for.
  }
}
