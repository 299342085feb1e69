/** Sorts and merge joins in which one page or one call of the disk fails, or which are left at any moment. */
import { bareHost, isMillraceError, type TypeInformation, types } from "@millrace/core";
import { FaultyDisk, type ScratchDisk, SeededRandom, sweepFailures } from "@millrace/host-test";
import { expect, test } from "vitest";
import { createSpillSpace, type PageBudget, type SpillSpace } from "../../src/index.js";
import { createLayoutTable } from "../../src/rows/layout-table.js";
import { MergeJoin, MIN_MERGE_JOIN_PAGES, type PairSink } from "../../src/sort/merge-groups/merge-join.js";
import { MIN_SORT_PAGES } from "../../src/sort/sort-limits.js";
import { Sorter } from "../../src/sort/sorter.js";
import type { Steps } from "../../src/task/driver.js";
import { assertAllReturned, FailingBudget, pageBudget } from "../support/budgets.js";
import { layoutOfType, TestOrder } from "./doubles.js";
import { appendAll, RecordRows, readAll, type TypedRecord } from "./sorting.js";

const layouts = createLayoutTable();
const plain = layoutOfType(
  layouts,
  types.row({ k: types.string, n: types.int32, p: types.string }) as unknown as TypeInformation<unknown>,
);
const other = layoutOfType(
  layouts,
  types.row({ k: types.any, n: types.int32, p: types.string }) as unknown as TypeInformation<unknown>,
);

function recordsOf(numKeys: number): TypedRecord[] {
  const random = new SeededRandom(8);
  return Array.from({ length: 60 }, (_, n) => {
    const isLarge = n % 20 === 19;
    const record = {
      k: `a key as long as a prefix ${random.below(numKeys)}`,
      n,
      p: "p".repeat(isLarge ? 50_000 : 4000),
    };
    return [n > 30 && n % 3 === 0 ? other : plain, record];
  });
}

/** Is work that holds pages and files until it is closed. */
interface Subject {
  /** What it works out. */
  readonly results: unknown[];
  /** Its steps; each is a moment at which it may be left. */
  steps(): Steps;
  close(): void;
}

type MakeSubject = (budget: PageBudget, spill: SpillSpace, throwIfCancelled?: () => void) => Subject;

class SortSubject implements Subject {
  readonly results: unknown[] = [];
  readonly #sorter: Sorter;

  constructor(budget: PageBudget, spill: SpillSpace, throwIfCancelled = () => {}) {
    this.#sorter = new Sorter({ budget, spill, layouts, order: new TestOrder([{ path: "k" }]), throwIfCancelled });
  }

  *steps(): Steps {
    yield* appendAll(this.#sorter, recordsOf(20));
    const rows = yield* this.#sorter.finish();
    for (const record of readAll(rows)) {
      this.results.push((record as { n: number }).n);
      yield "turn";
    }
  }

  close(): void {
    this.#sorter.close();
  }
}

class JoinSubject implements Subject {
  readonly results: unknown[] = [];
  readonly #join: MergeJoin;

  constructor(budget: PageBudget, spill: SpillSpace) {
    const keys = [{ path: "k" }];
    const add = (n: unknown) => this.results.push(n);
    const sink: PairSink = {
      isWaiting: true,
      pair: (a, slotA, layoutA, b, slotB, layoutB) => {
        const left = layoutA.serializer.read(a, slotA) as { n: number };
        const right = layoutB.serializer.read(b, slotB) as { n: number };
        add(left.n * 1000 + right.n);
      },
      left: add,
      right: add,
      *drain() {
        yield "turn";
      },
    };
    this.#join = new MergeJoin({ joinType: "inner", leftKeys: keys, rightKeys: keys, budget, spill, layouts, sink });
  }

  *steps(): Steps {
    const records = recordsOf(1).slice(0, 22);
    yield* this.#join.run(new RecordRows(records), new RecordRows(records));
    this.results.sort();
  }

  close(): void {
    this.#join.close();
  }
}

const SUBJECTS: readonly (readonly [string, number, MakeSubject])[] = [
  [
    "a sort in the least memory",
    MIN_SORT_PAGES,
    (budget, spill, cancelled) => new SortSubject(budget, spill, cancelled),
  ],
  ["a sort with some memory", 12, (budget, spill, cancelled) => new SortSubject(budget, spill, cancelled)],
  ["a merge join of large groups", MIN_MERGE_JOIN_PAGES, (budget, spill) => new JoinSubject(budget, spill)],
];

/** Runs a subject to its end, or so many steps, and closes it; returns its results and the number of steps. */
function runSubject(
  make: MakeSubject,
  budget: PageBudget,
  disk: FaultyDisk,
  maxSteps = Number.POSITIVE_INFINITY,
  closes = true,
) {
  const spill = createSpillSpace(bareHost({ scratch: disk.scratch }));
  const subject = make(budget, spill);
  let numSteps = 0;
  try {
    for (const steps = subject.steps(); numSteps < maxSteps && steps.next().done !== true; ) numSteps++;
  } finally {
    if (closes) subject.close();
  }
  return { results: subject.results, numSteps };
}

function assertNothingLeft(budget: PageBudget, scratch: ScratchDisk): void {
  assertAllReturned(budget);
  expect(scratch.paths).toEqual([]);
}

for (const [name, numPages, make] of SUBJECTS) {
  const expected = runSubject(make, pageBudget(numPages), new FaultyDisk());

  test(`${name}: each call of the disk fails once`, async () => {
    for (const fault of [{ code: "ENOSPC" }, { code: "EIO", isPartial: true }]) {
      const { numFailures } = await sweepFailures(
        ["scratchFolder", "scratchCreate", "scratchWrite", "scratchRead", "scratchRemove"],
        fault,
        () => new FaultyDisk(),
        async (disk) => {
          const budget = new FailingBudget(pageBudget(numPages));
          try {
            expect(runSubject(make, budget, disk)).toEqual(expected);
          } catch (error) {
            expect(isMillraceError(error, "SPILL_FAILED"), String(error)).toBe(true);
          }
          assertAllReturned(budget);
          if (disk.numFaults === 0) assertNothingLeft(budget, disk.scratch);
        },
      );
      expect(numFailures).toBeGreaterThan(10);
    }
  });

  test(`${name}: each page is refused once`, () => {
    for (let n = 1; ; n++) {
      const budget = new FailingBudget(pageBudget(numPages), (take) => take === n);
      const disk = new FaultyDisk();
      try {
        expect(runSubject(make, budget, disk).results).toEqual(expected.results);
      } catch (error) {
        expect(isMillraceError(error, "INSUFFICIENT_MEMORY"), String(error)).toBe(true);
      }
      assertNothingLeft(budget, disk.scratch);
      if (budget.numRefused === 0) return;
    }
  });

  test(`${name}: left after each step`, () => {
    for (let numSteps = 0; numSteps <= expected.numSteps; numSteps++) {
      const budget = new FailingBudget(pageBudget(numPages));
      const disk = new FaultyDisk();
      runSubject(make, budget, disk, numSteps);
      assertNothingLeft(budget, disk.scratch);
    }
  });

  test(`${name}: control: not closed, it leaves pages and files`, () => {
    const budget = pageBudget(numPages);
    const disk = new FaultyDisk();
    runSubject(make, budget, disk, Math.floor(expected.numSteps / 2), false);
    expect(() => assertAllReturned(budget)).toThrow();
    expect(disk.scratch.paths).not.toEqual([]);
  });
}

test("a sort is cancelled inside of each long step", () => {
  let numCalls = 0;
  const count: MakeSubject = (budget, spill) => new SortSubject(budget, spill, () => numCalls++);
  runSubject(count, pageBudget(MIN_SORT_PAGES), new FaultyDisk());
  expect(numCalls).toBeGreaterThan(4);
  for (let n = 1; n <= numCalls; n++) {
    let rest = n;
    const cancel: MakeSubject = (budget, spill) =>
      new SortSubject(budget, spill, () => {
        if (--rest === 0) throw new Error("cancelled");
      });
    const budget = pageBudget(MIN_SORT_PAGES);
    const disk = new FaultyDisk();
    expect(() => runSubject(cancel, budget, disk)).toThrow("cancelled");
    assertNothingLeft(budget, disk.scratch);
  }
});

test("[RT21] one page less than the least fails before anything is read", () => {
  const spill = createSpillSpace(bareHost({}));
  const order = new TestOrder([{ path: "k" }]);
  const make = () => new Sorter({ budget: pageBudget(MIN_SORT_PAGES - 1), spill, layouts, order });
  expect(make).toThrow(expect.objectContaining({ code: "INSUFFICIENT_MEMORY" }));
});
