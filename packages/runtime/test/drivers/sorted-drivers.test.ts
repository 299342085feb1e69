/** Drivers that read sorted input, in whole jobs, compared with plain code over arrays. */
import { compareValues } from "@millrace/core";
import { SeededRandom } from "@millrace/host-test";
import { type DriverSpec, JobGraphBuilder, type JoinKind, type KeyFieldSpec } from "@millrace/job-graph";
import { describe, expect, it } from "vitest";
import { code, runGraph } from "../support/run-graph.js";

interface Item {
  readonly k: number | string | null;
  readonly v: number;
  readonly w: number | null;
}

/** Keys of several kinds, nulls among them; values that tell every record from the others. */
function items(seed: number, count: number, numKeys: number): Item[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, (_, v) => {
    const number = random.below(numKeys);
    const k = number % 7 === 0 ? null : number % 3 === 0 ? `key ${number}` : number;
    return { k, v, w: random.chance(0.2) ? null : random.below(5) };
  });
}

/** How the key stands in the rows that drivers get: as a field of the record, or in front of it. */
interface KeyForm {
  readonly name: string;
  readonly wrap: (records: readonly Item[]) => unknown[];
  readonly keys: readonly KeyFieldSpec[];
  readonly value: number | undefined;
  readonly field: (name: string) => string;
}

const FIELD: KeyForm = {
  name: "a field",
  wrap: (records) => [...records],
  keys: [{ path: "k" }],
  value: undefined,
  field: (name) => name,
};
const ATTACHED: KeyForm = {
  name: "attached",
  wrap: (records) => records.map((record) => [record.k, record]),
  keys: [{ path: "0" }],
  value: 1,
  field: (name) => `1.${name}`,
};

const HASHED = (form: KeyForm) => ({ kind: "hash", keys: form.keys }) as const;

interface Setting {
  readonly form: KeyForm;
  readonly parallelism: number;
  readonly numPages: number;
}

/** Runs a driver over the hash-partitioned input. `order` sorts within the groups; without `local` the driver reads as it comes. */
async function run(
  { form, parallelism, numPages }: Setting,
  driver: DriverSpec,
  inputs: readonly (readonly Item[])[],
  functions: readonly unknown[] = [],
  local: "none" | "materialize" | "sort" = "sort",
  order: readonly KeyFieldSpec[] = [],
): Promise<unknown[]> {
  const graph = new JobGraphBuilder();
  const edges = inputs.map((_, i) => {
    const source = graph.add({ kind: "collection", records: i });
    const strategy = local === "sort" ? { kind: "sort" as const, keys: [...form.keys, ...order] } : { kind: local };
    return graph.input(source, { local: strategy, memoryWeight: local === "none" ? 0 : 1 }, HASHED(form));
  });
  const vertex = graph.add(driver, edges, { parallelism, memoryWeight: 1 });
  graph.add({ kind: "collect", index: 0 }, [vertex], { parallelism });
  const [records] = await runGraph(graph.build(), [...inputs.map((records) => form.wrap(records)), ...functions], {
    numPages,
  });
  return records!;
}

function groupsOf(records: readonly Item[]): Item[][] {
  const groups = new Map<unknown, Item[]>();
  for (const record of records) groups.set(record.k, [...(groups.get(record.k) ?? []), record]);
  return [...groups.values()];
}

function inAnyOrder(records: readonly unknown[]): string[] {
  return records.map((record) => JSON.stringify(record)).sort();
}

function same(actual: readonly unknown[], expected: readonly unknown[]): void {
  expect(inAnyOrder(actual)).toEqual(inAnyOrder(expected));
}

const SETTINGS: Setting[] = [FIELD, ATTACHED].flatMap((form) => [
  { form, parallelism: 1, numPages: 400 },
  { form, parallelism: 7, numPages: 400 },
]);
const SIZES = [
  [0, 1],
  [1, 1],
  [5000, 1],
  [5000, 300],
  [5000, 4000],
] as const;

describe.each(SETTINGS)("with a key that is $form.name at parallelism $parallelism", (setting) => {
  const { keys, value } = setting.form;
  const group = { keys, value };

  it.each(SIZES)("[O30] reduce folds %i records of %i keys from left to right", async (count, numKeys) => {
    const input = items(1, count, numKeys);
    const fold = (a: Item, b: Item) => ({ k: a.k, v: a.v * 31 + b.v, w: 1 });
    const driver: DriverSpec = { kind: "reduce", function: 1, group, strategy: "sorted" };
    same(
      await run(setting, driver, [input], [code("reduce", fold)]),
      groupsOf(input).map((records) => records.reduce(fold)),
    );
  });

  it.each(SIZES)("[O33] reduceCombine of %i records of %i keys keeps keys and sums", async (count, numKeys) => {
    const input = items(2, count, numKeys);
    const add = (a: Item, b: Item) => ({ k: a.k, v: a.v + b.v, w: null });
    const driver: DriverSpec = { kind: "reduceCombine", function: 1, group, strategy: "sorted" };
    const parts = await run(setting, driver, [input], [code("reduce", add)], "none");
    const records = value === undefined ? parts : parts.map((part) => (part as unknown[])[value]);
    if (value !== undefined)
      expect(parts.every((part) => (part as [unknown, Item])[0] === (part as [unknown, Item])[1].k)).toBe(true);
    const sums = (some: readonly Item[]) =>
      groupsOf(some).map(([first, ...rest]) => [first!.k, rest.reduce((sum, { v }) => sum + v, first!.v)]);
    same(sums(records as Item[]), sums(input));
  });

  it.each(SIZES)(
    "[O34] groupReduce gets %i records of %i keys group by group, in their order",
    async (count, numKeys) => {
      const input = items(3, count, numKeys);
      const list = function* (records: Iterable<Item>) {
        const all = [...records];
        yield { k: all[0]!.k, w: all.map(({ w }) => w), v: all.map(({ v }) => v) };
      };
      const driver: DriverSpec = { kind: "groupReduce", function: 1, group, strategy: "sorted" };
      const order: KeyFieldSpec[] = [{ path: setting.form.field("w"), order: "descending" }];
      const expected = groupsOf(input).map((records) => {
        const inOrder = records.toSorted((a, b) => compareValues(b.w, a.w));
        return { k: inOrder[0]!.k, w: inOrder.map(({ w }) => w), v: inOrder.map(({ v }) => v) };
      });
      same(await run(setting, driver, [input], [code("reduce", list)], "sort", order), expected);
    },
  );

  it.each(SIZES)(
    "[O32] groupCombine is called for parts of %i records of %i keys, in their order",
    async (count, numKeys) => {
      const input = items(4, count, numKeys);
      const list = (records: Iterable<Item>, out: { collect(record: unknown): void }) => {
        const all = [...records];
        expect(all).toEqual(all.toSorted((a, b) => compareValues(a.w, b.w)));
        out.collect({ k: all[0]!.k, v: all.map(({ v }) => v) });
        return [];
      };
      const order: KeyFieldSpec[] = [{ path: setting.form.field("w") }];
      const driver: DriverSpec = { kind: "groupCombine", function: 1, group, order, keepsKeys: false };
      const parts = (await run(setting, driver, [input], [code("combine", list)], "none")) as {
        k: unknown;
        v: number[];
      }[];
      same(
        parts.flatMap(({ k, v }) => v.map((each) => [k, each])),
        input.map(({ k, v }) => [k, v]),
      );
      same(
        [...new Set(parts.map(({ k }) => k))],
        groupsOf(input).map(([first]) => first!.k),
      );
    },
  );

  it.each(SIZES)(
    "[O42] first keeps records of each group of %i records of %i keys, in their order",
    async (count, numKeys) => {
      const input = items(5, count, numKeys);
      for (const numKept of [0, 1, 3]) {
        const driver: DriverSpec = { kind: "first", count: numKept, group, strategy: "sorted" };
        same(
          await run(setting, driver, [input]),
          groupsOf(input).flatMap((records) => records.slice(0, numKept)),
        );
      }
    },
  );

  it.each(SIZES)("[O41] distinct keeps one of each key of %i records of %i keys", async (count, numKeys) => {
    const input = items(6, count, numKeys);
    const driver: DriverSpec = { kind: "distinct", group, strategy: "sorted" };
    same(
      await run(setting, driver, [input]),
      groupsOf(input).map(([first]) => first!),
    );
  });

  it.each(SIZES)(
    "[O40] selectBy keeps the extreme of each group of %i records of %i keys, and null loses",
    async (count, numKeys) => {
      const input = items(7, count, numKeys);
      for (const extreme of ["min", "max"] as const) {
        const driver: DriverSpec = { kind: "selectBy", extreme, fields: ["w", "v"], group, strategy: "sorted" };
        same(
          await run(setting, driver, [input]),
          groupsOf(input).map((records) => extremeOf(extreme, records)!),
        );
      }
    },
  );

  it.each<JoinKind>(["inner", "left-outer", "right-outer", "full-outer", "semi", "anti"])(
    "[O50] [O51] a %s join by merging gives what loops give",
    async (joinType) => {
      for (const [numLeft, numRight, numKeys] of [
        [0, 0, 1],
        [0, 50, 3],
        [50, 0, 3],
        [400, 300, 200],
        [100, 80, 2],
      ] as const) {
        const left = items(8, numLeft, numKeys);
        const right = items(9, numRight, numKeys);
        const result =
          joinType === "semi" || joinType === "anti" ? ({ kind: "left" } as const) : ({ kind: "pair" } as const);
        const sides = { leftKeys: keys, rightKeys: keys, leftValue: value, rightValue: value, result };
        const driver: DriverSpec = { kind: "join", joinType, strategy: "merge", ...sides };
        same(await run(setting, driver, [left, right]), joined(joinType, left, right));
      }
    },
  );

  it.each(SIZES)(
    "[O55] [O57] coGroup is called for each key of %i and 100 records of %i keys",
    async (count, numKeys) => {
      const left = items(10, count, numKeys);
      const right = items(11, 100, numKeys);
      const both = (a: Iterable<Item>, b: Iterable<Item>) => [[[...a].map(({ v }) => v), [...b].map(({ v }) => v)]];
      const driver: DriverSpec = {
        kind: "coGroup",
        function: 2,
        leftKeys: keys,
        rightKeys: keys,
        leftValue: value,
        rightValue: value,
        solution: undefined,
      };
      const allKeys = [...new Set([...left, ...right].map(({ k }) => k))];
      const values = (records: readonly Item[], key: unknown) => records.filter(({ k }) => k === key).map(({ v }) => v);
      const expected = allKeys.map((key) => [values(left, key), values(right, key)]);
      same(await run(setting, driver, [left, right], [code("coGroup", both)]), expected);
    },
  );
});

describe("with the whole input as one group", () => {
  const setting: Setting = { form: FIELD, parallelism: 1, numPages: 400 };
  const group = { keys: undefined, value: undefined };

  it.each([0, 1, 5000])("[O31] [O40] [O42] reduce, groupReduce, first and selectBy take %i records", async (count) => {
    const input = items(12, count, 100);
    const add = (a: Item, b: Item) => ({ k: null, v: a.v + b.v, w: null });
    const reduced = await run(
      setting,
      { kind: "reduce", function: 1, group, strategy: "all" },
      [input],
      [code("reduce", add)],
      "none",
    );
    expect(reduced).toEqual(count === 0 ? [] : [input.reduce(add)]);
    const numbers = (records: Iterable<Item>) => [[...records].map(({ v }) => v)];
    const all: DriverSpec = { kind: "groupReduce", function: 1, group, strategy: "all" };
    const lists = await run(setting, all, [input], [code("reduce", numbers)], "materialize");
    expect(lists).toEqual(count === 0 ? [] : [input.map(({ v }) => v)]);
    const combine: DriverSpec = { kind: "groupCombine", function: 1, group, order: [], keepsKeys: false };
    expect(await run(setting, combine, [input], [code("combine", numbers)], "materialize")).toEqual(lists);
    const firsts = await run(setting, { kind: "first", count: 10, group, strategy: "all" }, [input], [], "none");
    expect(firsts).toEqual(input.slice(0, 10));
    for (const extreme of ["min", "max"] as const) {
      const driver: DriverSpec = { kind: "selectBy", extreme, fields: ["w", "v"], group, strategy: "all" };
      expect(await run(setting, driver, [input], [], "none")).toEqual(count === 0 ? [] : [extremeOf(extreme, input)]);
    }
  });
});

function extremeOf(extreme: "min" | "max", records: readonly Item[]): Item | undefined {
  const order = (a: Item["w"], b: Item["w"]): number =>
    a === null || b === null ? Number(a === null) - Number(b === null) : extreme === "min" ? a - b : b - a;
  return records.toSorted((a, b) => order(a.w, b.w) || order(a.v, b.v))[0];
}

function joined(joinType: JoinKind, left: readonly Item[], right: readonly Item[]): unknown[] {
  const matches = (a: Item, b: Item) => a.k !== null && a.k === b.k;
  if (joinType === "semi") return left.filter((a) => right.some((b) => matches(a, b)));
  if (joinType === "anti") return left.filter((a) => !right.some((b) => matches(a, b)));
  const pairs: unknown[] = left.flatMap((a) => right.filter((b) => matches(a, b)).map((b) => [a, b]));
  if (joinType === "left-outer" || joinType === "full-outer") {
    pairs.push(...left.filter((a) => !right.some((b) => matches(a, b))).map((a) => [a, null]));
  }
  if (joinType === "right-outer" || joinType === "full-outer") {
    pairs.push(...right.filter((b) => !left.some((a) => matches(a, b))).map((b) => [null, b]));
  }
  return pairs;
}
