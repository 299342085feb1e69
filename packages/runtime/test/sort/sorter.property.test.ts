/** Sorts compared with Array.prototype.sort, which is stable, over random types, orders and memory. */
import { compareTyped, compareValues, type TypeInformation, types } from "@millrace/core";
import { randomValue, SeededRandom } from "@millrace/host-test";
import type { KeyFieldSpec } from "@millrace/job-graph";
import { expect, test } from "vitest";
import { createLayoutTable } from "../../src/rows/layout-table.js";
import { MIN_SORT_PAGES } from "../../src/sort/sort-limits.js";
import { assertAllReturned, FailingBudget, heapBudget, pageBudget } from "../support/budgets.js";
import { TestSpill } from "../support/test-spill.js";
import { layoutOfType, TestOrder } from "./doubles.js";
import { expectRecords, sortRecords, type TypedRecord } from "./sorting.js";

const BASE_SEED = Number(process.env.FUZZ_SEED ?? 20_260_101);
const NUM_CASES = 60 * Number(process.env.FUZZ_COUNT ?? 1);

type Values = (random: SeededRandom) => unknown;

const KEYS: readonly (readonly [TypeInformation<unknown>, Values])[] = [
  [types.boolean, (random) => random.chance(0.5)],
  [types.int32, (random) => random.between(-3, 3) * 2 ** 20],
  [types.int64, (random) => BigInt(random.between(-50, 50)) << BigInt(random.below(50))],
  [
    types.float64,
    (random) => [0, -0, Number.NaN, 1 / 3, -1e300, Number.POSITIVE_INFINITY, random.next()][random.below(7)],
  ],
  [types.string, (random) => ["", "a", "b\u0000", "é", "☃"][random.below(5)]!.repeat(random.below(30))],
  [types.bytes, (random) => Uint8Array.from({ length: random.below(20) }, () => random.below(3))],
  [types.timestamp, (random) => new Date(random.between(-5, 5) * 1e11)],
  [types.enum("z", "m", "a"), (random) => ["z", "m", "a"][random.below(3)]],
  [types.array(types.int32), (random) => Array.from({ length: random.below(3) }, () => random.below(3))],
  [types.any, (random) => [null, 1, "x", 2n, true, [1, "a"]][random.below(6)]],
];

function keyOf(random: SeededRandom): readonly [TypeInformation<unknown>, Values] {
  const [type, values] = KEYS[random.below(KEYS.length)]!;
  if (random.chance(0.7)) return [type, values];
  return [types.nullable(type), (r) => (r.chance(0.3) ? null : values(r))];
}

for (let i = 0; i < NUM_CASES; i++) {
  const seed = BASE_SEED + i;
  test(`a sort by random keys is that of an array (seed ${seed})`, () => {
    const random = new SeededRandom(seed);
    const parts = Array.from({ length: random.between(1, 4) }, () => keyOf(random));
    const type = types.row({
      ...Object.fromEntries(parts.map(([partType], k) => [`k${k}`, partType])),
      nested: types.row({ n: types.int32 }),
      number: types.int32,
      padding: types.string,
    });
    const layouts = createLayoutTable();
    const layout = layoutOfType(layouts, type as unknown as TypeInformation<unknown>);
    const keys: KeyFieldSpec[] = [...parts.keys()].map((k) => ({
      path: `k${k}`,
      order: random.chance(0.4) ? "descending" : "ascending",
    }));
    if (random.chance(0.3)) keys.unshift({ path: "nested.n" });
    const numRecords = [0, 1, 2, 50, 3000][random.below(5)]!;
    const padding = [0, 20, 3000][random.below(numRecords > 1000 ? 2 : 3)]!;
    const records: TypedRecord[] = Array.from({ length: numRecords }, (_, number) => [
      layout,
      {
        ...Object.fromEntries(parts.map(([, values], k) => [`k${k}`, values(random)])),
        nested: { n: random.below(3) },
        number,
        padding: "p".repeat(random.below(padding + 1)),
      },
    ]);
    const numPages = [MIN_SORT_PAGES, MIN_SORT_PAGES + 1, 9, 300][random.below(4)]!;
    const budget = new FailingBudget(random.chance(0.5) ? pageBudget(numPages) : heapBudget(numPages));
    const spill = new TestSpill();
    const result = sortRecords({ budget, spill, layouts, order: new TestOrder(keys) }, records);
    const expected = records.map(([, record]) => record as Record<string, unknown>);
    expected.sort((a, b) => {
      for (const key of keys) {
        const part = key.path === "nested.n" ? -1 : Number(key.path.slice(1));
        const order =
          part < 0
            ? compareValues((a.nested as { n: number }).n, (b.nested as { n: number }).n)
            : compareTyped(parts[part]![0], a[`k${part}`], b[`k${part}`]);
        if (order !== 0) return key.order === "descending" ? -order : order;
      }
      return 0;
    });
    expect(result.map((record) => (record as { number: number }).number)).toEqual(
      expected.map((record) => record.number),
    );
    expectRecords(result, expected);
    assertAllReturned(budget);
    expect(spill.files.size).toBe(0);
  });

  test(`records of several layouts and sizes are sorted as values (seed ${seed})`, () => {
    const random = new SeededRandom(seed);
    const layouts = createLayoutTable();
    const shapes = [types.int32, types.float64, types.nullable(types.string), types.any, types.int64].map((type) =>
      layoutOfType(
        layouts,
        types.row({ k: type, number: types.int32, padding: types.string }) as unknown as TypeInformation<unknown>,
      ),
    );
    const values: readonly Values[] = [
      (r) => r.between(-5, 5),
      (r) => r.between(-5, 5) / 2,
      (r) => (r.chance(0.2) ? null : `text ${r.below(9)}`),
      (r) => randomValue(r, types.any),
      (r) => BigInt(r.between(-5, 5)),
    ];
    const numShapes = random.between(1, shapes.length);
    const largeChance = random.chance(0.5) ? 0.02 : 0;
    const numRecords = [1, 30, 1500][random.below(3)]!;
    const records: TypedRecord[] = Array.from({ length: numRecords }, (_, number) => {
      const shape = number < numRecords / 3 ? 0 : random.below(numShapes);
      const padding = random.chance(largeChance) ? "x".repeat(random.between(32_000, 90_000)) : "";
      return [shapes[shape]!, { k: values[shape]!(random), number, padding }];
    });
    const order = random.chance(0.5) ? "descending" : "ascending";
    const numPages = [MIN_SORT_PAGES, 7, 300][random.below(3)]!;
    const budget = new FailingBudget(random.chance(0.5) ? pageBudget(numPages) : heapBudget(numPages));
    const spill = new TestSpill();
    const result = sortRecords({ budget, spill, layouts, order: new TestOrder([{ path: "k", order }]) }, records);
    const sign = order === "descending" ? -1 : 1;
    const expected = records.map(([, record]) => record as { k: unknown; number: number });
    expected.sort((a, b) => sign * compareValues(a.k, b.k));
    expect(result.map((record) => (record as { number: number }).number)).toEqual(expected.map(({ number }) => number));
    expectRecords(result, expected);
    assertAllReturned(budget);
    expect(spill.files.size).toBe(0);
  });
}
