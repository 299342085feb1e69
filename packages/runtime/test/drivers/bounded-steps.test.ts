/**
 * What drivers do between two turns, counted in rows, pages and calls of the disk, with inputs that give them reasons to go on for long: nothing
 * matches, nobody reads, all keys are equal.
 */
import { types } from "@millrace/core";
import type { DriverSpec, JoinKind } from "@millrace/job-graph";
import { describe, expect, test } from "vitest";
import { createCoGroupDriver } from "../../src/drivers/co-group-driver.js";
import { createGroupCombineDriver } from "../../src/drivers/group-combine-driver.js";
import { createGroupReduceDriver } from "../../src/drivers/group-reduce-driver.js";
import { createHashReduceDriver } from "../../src/drivers/hash-group-drivers.js";
import { createHashJoinDriver } from "../../src/drivers/hash-join-driver.js";
import { createMergeJoinDriver } from "../../src/drivers/merge-join-driver.js";
import { PAGE_SLOTS } from "../../src/memory/page-slots.js";
import type { PageCursor, RowCursor } from "../../src/rows/row-cursor.js";
import type { Driver, DriverContext } from "../../src/task/driver.js";
import { PAGES_IN_A_STEP, WORK_IN_A_STEP } from "../../src/task/work.js";
import { expectNothingLeft, TestContext, type TypedRecords } from "../hash/doubles.js";

const rowType = types.row({ k: types.int32, s: types.string });

function rows(count: number, keyOf: (i: number) => number, s = ""): TypedRecords[] {
  return [{ type: rowType as never, records: Array.from({ length: count }, (_, i) => ({ k: keyOf(i), s })) }];
}

const even = (i: number): number => 2 * i;
const odd = (i: number): number => 2 * i + 1;
const same = (): number => 7;

/** Counts the sorted rows that are read. */
class CountingContext extends TestContext {
  numRows = 0;
  numLooks = 0;

  override pages(index: number): PageCursor {
    const cursor = super.pages(index);
    const nextPage = cursor.nextPage.bind(cursor);
    cursor.nextPage = () => {
      this.numLooks++;
      return nextPage();
    };
    return cursor;
  }

  override rows(index: number): RowCursor {
    const cursor = super.rows(index);
    const next = cursor.next.bind(cursor);
    cursor.next = () => {
      this.numRows++;
      return next();
    };
    return cursor;
  }
}

interface Longest {
  readonly numSteps: number;
  /** How many of them did not look for a page of an input. */
  readonly numStepsBeside: number;
  /** The most in one step. */
  readonly numRows: number;
  readonly numPages: number;
  readonly numCalls: number;
}

/** Runs a driver, and tells what its longest steps were. */
function longestOf(create: (context: DriverContext) => Driver, context: CountingContext): Longest {
  const { budget, spill } = context;
  const driver = create(context);
  const longest = { numSteps: 0, numStepsBeside: 0, numRows: 0, numPages: 0, numCalls: 0 };
  try {
    const steps = driver.run();
    for (let isDone = false; !isDone; ) {
      const { numLooks } = context;
      const [numRows, numPages, numCalls] = [context.numRows, budget.numTakes, spill.numCalls];
      isDone = steps.next().done === true;
      longest.numSteps++;
      if (context.numLooks === numLooks) longest.numStepsBeside++;
      longest.numRows = Math.max(longest.numRows, context.numRows - numRows);
      longest.numPages = Math.max(longest.numPages, budget.numTakes - numPages);
      longest.numCalls = Math.max(longest.numCalls, spill.numCalls - numCalls);
    }
  } finally {
    driver.close();
    expectNothingLeft(context);
  }
  return longest;
}

type JoinSpec = Extract<DriverSpec, { kind: "join" }>;

function joinSpec(joinType: JoinKind, strategy: JoinSpec["strategy"]): JoinSpec {
  const keys = [{ path: "k" }];
  const result = joinType === "semi" || joinType === "anti" ? ({ kind: "left" } as const) : ({ kind: "pair" } as const);
  return {
    kind: "join",
    joinType,
    strategy,
    leftKeys: keys,
    rightKeys: keys,
    leftValue: undefined,
    rightValue: undefined,
    result,
  };
}

/** What a step may come to: it takes rows in, passes over others, and goes on to the next key. */
const MOST_ROWS = 3 * WORK_IN_A_STEP;
const MANY = 5 * MOST_ROWS;

describe("merge joins", () => {
  const cases: readonly [string, JoinKind, TypedRecords[], TypedRecords[], number][] = [
    ["nothing matches", "inner", rows(MANY / 2, even), rows(MANY / 2, odd), 10],
    ["one row meets many", "inner", rows(1, same), rows(MANY, same), 200],
    ["one row meets many that memory does not hold", "inner", rows(1, same), rows(MANY, same), 4],
    ["many rows in place of a group on disk", "inner", rows(1, same), rows(MANY / 2, same, "some text"), 3],
    ["equal rows that need no pairs", "semi", rows(1, same), rows(MANY, same), 10],
    ["rows that need no result", "anti", rows(MANY / 2, same), rows(MANY / 2, same), 10],
  ];
  test.each(cases)("[RT100] %s", (_, kind, left, right, numPages) => {
    const context = new CountingContext({ inputs: [left, right], numPages });
    const longest = longestOf((each) => createMergeJoinDriver(joinSpec(kind, "merge"), each), context);
    expect(context.numRows).toBeGreaterThan(MANY / 2);
    expect(longest.numRows).toBeLessThanOrEqual(MOST_ROWS);
    expect(longest.numPages).toBeLessThanOrEqual(PAGES_IN_A_STEP);
    expect(longest.numCalls).toBeLessThanOrEqual(PAGES_IN_A_STEP);
  });
});

describe("functions that do not read their group", () => {
  const group = { keys: [{ path: "k" }], value: undefined };
  const drivers: readonly [string, (context: DriverContext) => Driver, number][] = [
    [
      "reduceGroup",
      (each) => createGroupReduceDriver({ kind: "groupReduce", strategy: "sorted", function: 0, group }, each),
      1,
    ],
    [
      "combineGroup",
      (each) =>
        createGroupCombineDriver({ kind: "groupCombine", function: 0, group, order: [], keepsKeys: false }, each),
      1,
    ],
    [
      "coGroup",
      (each) =>
        createCoGroupDriver(
          {
            ...{ kind: "coGroup", strategy: "merge", function: 0, leftValue: undefined, rightValue: undefined },
            ...{ leftKeys: group.keys, rightKeys: group.keys },
          } as never,
          each,
        ),
      2,
    ],
  ];
  test.each(drivers)("[RT100] %s", (_, create, numInputs) => {
    const inputs = Array.from({ length: numInputs }, () => rows(MANY, same));
    const context = new CountingContext({ inputs, numPages: 500, functions: [() => []] });
    const longest = longestOf(create, context);
    expect(longest.numRows).toBeLessThanOrEqual(MOST_ROWS);
    expect(longest.numSteps).toBeGreaterThanOrEqual((numInputs * MANY) / MOST_ROWS);
  });
});

describe("joins by hashing", () => {
  const long = "x".repeat(1000);
  const NUM_PARTITIONS = 64;
  const cases: readonly [string, JoinKind, TypedRecords[], TypedRecords[], number, number][] = [
    [
      "a partition that is nearly all of the memory is spilled",
      "inner",
      rows(12_000, same, long),
      rows(10, even),
      300,
      5,
    ],
    ["chunks as large as the memory", "inner", rows(12_000, same, long), rows(1, same), 300, 5],
    ["the build side has rows without a match, in memory", "left-outer", rows(100_000, even), rows(10, odd), 600, 128],
    ["all in memory, and nothing matches", "inner", rows(100_000, even), rows(100_000, odd), 1200, 128],
  ];
  test.each(cases)("[RT100] %s", (_, kind, build, probe, numPages, minStepsBeside) => {
    const context = new CountingContext({ inputs: [build, probe], numPages });
    const longest = longestOf((each) => createHashJoinDriver(joinSpec(kind, "hash-build-first"), each), context);
    // The first step takes the pages of the filter, and a page for each partition.
    expect(longest.numPages).toBeLessThanOrEqual(PAGES_IN_A_STEP + NUM_PARTITIONS + numPages / 16);
    expect(longest.numCalls).toBeLessThanOrEqual(PAGES_IN_A_STEP + 10);
    // Partitions go into the index, or rows that wait for them are looked up, when all pages are read.
    expect(longest.numStepsBeside).toBeGreaterThanOrEqual(minStepsBeside);
  });
});

test("[RT100] groups by hashing whose rows waited for others of their table", () => {
  const numKeys = 150_000;
  const context: CountingContext = new CountingContext({
    inputs: [rows(2 * numKeys, (i) => i % numKeys)],
    numPages: 2000,
    functions: [
      (row: unknown) => {
        context.numRows++;
        return row;
      },
    ],
  });
  const group = { keys: [{ path: "k" }], value: undefined };
  const longest = longestOf(
    (each) => createHashReduceDriver({ kind: "reduce", strategy: "hash", function: 0, group }, each),
    context,
  );
  expect(context.out.records.length).toBe(numKeys);
  expect(context.numRows).toBe(numKeys);
  // A page of those that wait, and the page that is read.
  expect(longest.numRows).toBeLessThanOrEqual(PAGE_SLOTS);
});
