/**
 * The engine against formulations that share nothing with it: nested loops over all pairs of records, with `equalValues` and
 * `compareValues` only. Random records of random values, at parallelism 1, 2 and 7. FUZZ_SEED replays, FUZZ_COUNT scales.
 */
import { compareValues, equalValues, keyText, normalizeRecord, types } from "@millrace/core";
import { randomValue, SeededRandom } from "@millrace/host-test";
import { describe, expect, test } from "vitest";
import { type Flow, fromIterable, grouped, keysOf, type Rec } from "./programs.js";

const SEED = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const COUNT = 40 * Number(process.env.FUZZ_COUNT ?? 1);
console.log(`FUZZ_SEED=${SEED}`);
const KEY_TYPES = [
  types.nullable(types.int32),
  types.float64,
  types.nullable(types.string),
  types.boolean,
  types.int64,
  types.timestamp,
  types.bytes,
  types.any,
  types.tuple(types.nullable(types.int32), types.string),
  types.row({ a: types.optional(types.int32), b: types.float64 }),
];

interface Row {
  readonly k: unknown;
  readonly n: number;
}

/** Draws rows whose keys repeat often, as keys do. */
function drawRows(random: SeededRandom, type: (typeof KEY_TYPES)[number]): Row[] {
  const pool = Array.from({ length: 1 + random.below(6) }, () => randomValue<unknown>(random, type));
  return Array.from({ length: random.below(25) }, (_, n) => normalizeRecord({ k: pool[random.below(pool.length)], n }));
}

/** Sorts results, so that bags can be compared. */
const bag = (records: readonly unknown[]): unknown[] => [...records].sort(compareValues);
const keyOf = (row: Row): unknown => row.k ?? null;

function naiveGroups(rows: readonly Row[]): Row[][] {
  const groups: Row[][] = [];
  for (const row of rows) {
    const group = groups.find(([first]) => first !== undefined && equalValues(keyOf(first), keyOf(row)));
    if (group === undefined) groups.push([row]);
    else group.push(row);
  }
  return groups;
}

const pairsOf = (left: readonly Row[], right: readonly Row[]): [Row, Row][] =>
  left.flatMap((l) =>
    right.filter((r) => !hasNull(keyOf(l)) && equalValues(keyOf(l), keyOf(r))).map((r) => [l, r] as [Row, Row]),
  );
const hasNull = (key: unknown): boolean => key === null || (Array.isArray(key) && key.includes(null));

/** The same question, asked of the engine and answered by loops. */
const QUESTIONS: Record<string, [(l: Flow, r: Flow) => Flow, (l: Row[], r: Row[]) => unknown[]]> = {
  "[O34] group sizes": [
    (l) =>
      l.groupReduce(grouped(["k"]), (values: Iterable<Rec>) => [[...values].map((row) => row.n).sort((a, b) => a - b)]),
    (l) => naiveGroups(l).map((group) => group.map(({ n }) => n)),
  ],
  "[O38] sums": [
    (l) => l.summarize(["k"], { total: ["sum", "n"], count: ["count"] }).project("total", "count"),
    (l) => naiveGroups(l).map((group) => [group.reduce((sum, { n }) => sum + n, 0), group.length]),
  ],
  "[O41] distinct keys": [
    // Which of several equal keys (0 and -0) stands for them depends on the order of arrival, so their text is compared.
    (l) => l.distinct("k").map(({ k }: Rec) => keyText(k ?? null)),
    (l) => naiveGroups(l).map(([row]) => keyText(keyOf(row as Row))),
  ],
  "[O50] inner joins": [
    (l, r) => l.join(r, ["k"], ["k"], (a: Row, b: Row) => [a.n, b.n]),
    (l, r) => pairsOf(l, r).map(([a, b]) => [a.n, b.n]),
  ],
  "[O51] full outer joins": [
    (l, r) => l.join(r, ["k"], ["k"], (a: Rec, b: Rec) => [a?.n ?? null, b?.n ?? null], { joinType: "full-outer" }),
    (l, r) => {
      const pairs = pairsOf(l, r);
      return [
        ...pairs.map(([a, b]) => [a.n, b.n]),
        ...l.filter((row) => !pairs.some(([a]) => a === row)).map((row) => [row.n, null]),
        ...r.filter((row) => !pairs.some(([, b]) => b === row)).map((row) => [null, row.n]),
      ];
    },
  ],
  "[O51] anti joins": [
    (l, r) => l.join(r, ["k"], ["k"], { kind: "left" }, { joinType: "anti" }).project("n"),
    (l, r) => l.filter((row) => !pairsOf([row], r).length).map(({ n }) => [n]),
  ],
  "[O55] coGroups": [
    (l, r) => l.coGroup(r, ["k"], ["k"], (a: Iterable<Rec>, b: Iterable<Rec>) => [[[...a].length, [...b].length]]),
    (l, r) =>
      naiveGroups([...l, ...r]).map((group) => [
        group.filter((row) => l.includes(row)).length,
        group.filter((row) => r.includes(row)).length,
      ]),
  ],
  "[O59] unions": [(l, r) => l.union(r).project("n"), (l, r) => [...l, ...r].map(({ n }) => [n])],
  "[O71] partitioning": [
    (l) => l.partition({ kind: "hash", keys: keysOf("k") }).project("n"),
    (l) => l.map(({ n }) => [n]),
  ],
};

describe.each(Object.entries(QUESTIONS))("%s agree with loops over all records", (_name, [asked, answered]) => {
  test.each([1, 2, 7])("at parallelism %i", async (parallelism) => {
    const random = new SeededRandom(SEED);
    for (let round = 0; round < COUNT; round++) {
      const type = KEY_TYPES[random.below(KEY_TYPES.length)] ?? types.any;
      const [left, right] = [drawRows(random, type), drawRows(random, type)];
      const program = asked(
        fromIterable(left).map((row: Rec) => row),
        fromIterable(right).map((row: Rec) => row),
      );
      const result = await program.collect({ environment: { parallelism } });
      const note = `FUZZ_SEED=${SEED} round ${round}, keys of ${String(type)}`;
      expect(bag(result), note).toEqual(bag(answered(left, right).map((record) => normalizeRecord(record))));
    }
  });
});

test.each([1, 2, 7])("[O75] orderBy agrees with a sort of everything, at parallelism %i", async (parallelism) => {
  const random = new SeededRandom(SEED);
  for (let round = 0; round < COUNT; round++) {
    const rows = drawRows(random, types.any);
    const expected = [...rows].sort((a, b) => compareValues(keyOf(b), keyOf(a)));
    const ordered = await fromIterable(rows).orderBy("-k").parallel(parallelism).collect();
    expect(ordered, `FUZZ_SEED=${SEED} round ${round}`).toEqual(expected);
  }
});
