/**
 * Hash tables of groups and joins in the least pages that they say, and in every figure below it: they fail then, and nothing is left. (A job never gives
 * them so few: it is refused before it starts.) In fewer pages they would lose rows.
 */
import { types } from "@millrace/core";
import type { GroupSpec } from "@millrace/job-graph";
import { describe, expect, test } from "vitest";
import { createHashDistinctDriver, createHashReduceDriver } from "../../src/drivers/hash-group-drivers.js";
import { createHashJoinDriver } from "../../src/drivers/hash-join-driver.js";
import { minHashGroupPages, minHashJoinPages } from "../../src/hash/index.js";
import type { Driver, DriverContext } from "../../src/task/driver.js";
import { runDriver, TestContext, type TypedRecords } from "./doubles.js";

const NUM_KEYS = 1500;
const narrow = types.row({ k: types.int32, s: types.string });
const wide = types.row({ k: types.float64, s: types.string, more: types.string });

/** Rows of two layouts, of which a page has about forty: many times the least memory, and each layout wants pages of its own. */
function rows(from: number): TypedRecords[] {
  const padding = "p".repeat(700);
  const parts: TypedRecords[] = [];
  for (let part = 0; part < 4; part++) {
    const keys = Array.from({ length: NUM_KEYS / 2 }, (_, i) => (i * 7 + part * 97 + from) % NUM_KEYS);
    const records = keys.map((k) => (part % 2 === 0 ? { k, s: padding } : { k, s: padding, more: "m" }));
    parts.push({ type: (part % 2 === 0 ? narrow : wide) as never, records });
  }
  return parts;
}

const group: GroupSpec = { keys: [{ path: "k" }], value: undefined };
const keep = (a: unknown): unknown => a;

interface Structure {
  readonly name: string;
  readonly least: number;
  readonly inputs: readonly TypedRecords[][];
  readonly create: (context: DriverContext) => Driver;
}

const structures: readonly Structure[] = [
  {
    name: "groups that are folded",
    least: minHashGroupPages(),
    inputs: [rows(0)],
    create: (context) => createHashReduceDriver({ kind: "reduce", function: 0, group, strategy: "hash" }, context),
  },
  {
    name: "distinct keys",
    least: minHashGroupPages(),
    inputs: [rows(0)],
    create: (context) => createHashDistinctDriver({ kind: "distinct", group, strategy: "hash" }, context),
  },
  ...(["hash-build-first", "hash-build-second"] as const).map((strategy) => ({
    name: `a full outer join, ${strategy}`,
    least: minHashJoinPages(),
    inputs: [rows(0), rows(3)],
    create: (context: DriverContext) =>
      createHashJoinDriver(
        {
          kind: "join",
          joinType: "full-outer",
          strategy,
          leftKeys: [{ path: "k" }],
          rightKeys: [{ path: "k" }],
          leftValue: undefined,
          rightValue: undefined,
          result: { kind: "pair" },
        },
        context,
      ),
  })),
];

function numResults({ create, inputs }: Structure, numPages: number): number {
  return runDriver(create, new TestContext({ inputs, numPages, functions: [keep] as never })).length;
}

describe.each(structures)("$name", (structure) => {
  const expected = numResults(structure, 600);

  test("work in the least pages", () => {
    expect(expected).toBeGreaterThan(1000);
    expect(numResults(structure, structure.least)).toBe(expected);
  });

  test("[RT21] fail in fewer before they read anything, and leave nothing", () => {
    for (let numPages = structure.least - 1; numPages > 0; numPages--) {
      expect(() => numResults(structure, numPages), `${numPages} pages`).toThrow("INSUFFICIENT_MEMORY");
    }
  });
});
