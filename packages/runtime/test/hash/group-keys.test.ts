/**
 * Groups whose keys are strings, or several fields, against a map: in any memory, with and without kernels, in one table and in many, of one layout and of two, and with
 * keys that kernels leave to others.
 */
import { keyText, types } from "@millrace/core";
import type { AggregateSpec, DriverSpec } from "@millrace/job-graph";
import { describe, expect, test } from "vitest";
import { createSummarizeDriver } from "../../src/drivers/aggregate-drivers.js";
import { minHashAggregationPages } from "../../src/drivers/hash-aggregation.js";
import { MAX_KEY_UNITS } from "../../src/kernels/kernel-layouts.js";
import { bagOf, runDriver, TestContext, type TypedRecords } from "./doubles.js";

interface Row {
  readonly s: string | null;
  readonly b: boolean;
  readonly f: number | null;
  readonly t: Date;
  readonly i: bigint;
  readonly v: number;
}

const fields = {
  s: types.nullable(types.string),
  b: types.boolean,
  f: types.nullable(types.float64),
  t: types.timestamp,
  i: types.int64,
};
const plain = types.row({ ...fields, v: types.int32 });
/** Has the same fields in other places. */
const moved = types.row({ more: types.string, ...fields, v: types.float64 });

/** Texts of each form, as short as a letter, and some so long that no kernel hashes them. */
function textOf(n: number): string | null {
  if (n % 501 === 0) return null;
  if (n % 1999 === 1) return "long ".repeat(MAX_KEY_UNITS / 4) + n;
  return ["word", "é", "語", "\u0000", ""][n % 5]! + (n % 7 === 0 ? "" : n);
}

function rowOf(i: number, numKeys: number): Row {
  const n = (i * 7919) % numKeys;
  const f = [0, -0, Number.NaN, null, n / 3][n % 5]!;
  return { s: textOf(n), b: n % 2 === 0, f, t: new Date(n % 11), i: BigInt(n % 13) - 6n, v: i };
}

function expectedOf(rows: readonly Row[], keys: readonly (keyof Row)[]): unknown[] {
  const groups = new Map<string, unknown[]>();
  for (const row of rows) {
    const key = keys.map((name) => row[name]);
    const text = keyText(key);
    const group = groups.get(text) ?? [...key.map((part) => (part === 0 ? 0 : part)), 0, 0];
    groups.set(text, [...group.slice(0, -2), (group.at(-2) as number) + row.v, (group.at(-1) as number) + 1]);
  }
  return [...groups.values()];
}

const AGGREGATES: readonly AggregateSpec[] = [
  { name: "sum", aggregate: "sum", argument: "v" },
  { name: "rows", aggregate: "count", argument: undefined },
];

function summarized(parts: readonly TypedRecords[], keys: readonly string[], numPages: number) {
  const spec: Extract<DriverSpec, { kind: "summarize" }> = {
    kind: "summarize",
    aggregates: AGGREGATES,
    keyNames: [],
    shape: "tuple",
    group: { keys: keys.map((path) => ({ path })), value: undefined },
    strategy: "hash",
  };
  const context = new TestContext({ inputs: [parts], numPages });
  const results = runDriver((each) => createSummarizeDriver(spec, each), context) as unknown[][];
  return { results: results.map((row) => row.map((value) => (value === 0 ? 0 : value))), context };
}

describe.each([["s"], ["s", "b"], ["b", "f", "t", "i"], ["f", "s"]] as const)(
  "[RT31] groups by %s %s %s %s",
  (...keys) => {
    const names = keys.filter((key) => key !== undefined);

    test.each([minHashAggregationPages(), 20, 60, 300])("in %i pages", (numPages) => {
      const rows = Array.from({ length: 9000 }, (_, i) => rowOf(i, 3000));
      const parts = [{ type: plain as never, records: rows }];
      expect(bagOf(summarized(parts, names, numPages).results)).toEqual(bagOf(expectedOf(rows, names)));
    });

    test("[RT32] of two layouts", () => {
      const rows = Array.from({ length: 4000 }, (_, i) => rowOf(i, 1500));
      const parts = [0, 1, 2, 3].map((part): TypedRecords => {
        const records = rows.slice(part * 1000, (part + 1) * 1000);
        if (part % 2 === 0) return { type: plain as never, records };
        return { type: moved as never, records: records.map((row) => ({ more: "more", ...row })) };
      });
      for (const numPages of [minHashAggregationPages(), 200]) {
        expect(bagOf(summarized(parts, names, numPages).results)).toEqual(bagOf(expectedOf(rows, names)));
      }
    });
  },
);

test("[RT31] so many groups of strings that the table is divided, and then does not fit", () => {
  const rows = Array.from({ length: 90_000 }, (_, i) => ({ ...rowOf(i, 70_000), s: `word ${(i * 7919) % 70_000}` }));
  const parts = [{ type: plain as never, records: rows }];
  const expected = bagOf(expectedOf(rows, ["s"]));
  for (const [numPages, isSpilled] of [
    [3000, false],
    [150, true],
  ] as const) {
    const { results, context } = summarized(parts, ["s"], numPages);
    expect(bagOf(results)).toEqual(expected);
    expect(context.spill.numPagesRead > 0).toBe(isSpilled);
  }
});
