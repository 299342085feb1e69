/**
 * Every kind of key, in every operator and strategy, against the oracle: hash against sort, spilled in the least memory against ample memory, declared
 * against discovered types, fields against selectors, few subtasks against many, even keys against skewed ones. What is combined with what is drawn from
 * the seed; `FUZZ_COUNT` repeats it.
 */
import type { Plan } from "@millrace/common-api";
import { type Engine, isMillraceError, types } from "@millrace/core";
import { count, type DataSet, ExecutionEnvironment, sum } from "@millrace/dataset";
import { collectionEngine } from "@millrace/environment-collection";
import { SeededRandom, TestHost } from "@millrace/host-test";
import { describe, expect, test, vi } from "vitest";
import { type KeyKind, keyKinds, textOfKey } from "./key-kinds.js";
import { WatchedEngine } from "./watched-engine.js";

/** Each test runs many jobs, on machines that may be busy. */
vi.setConfig({ testTimeout: 120_000 });

const NUM_ROUNDS = Number(process.env.FUZZ_COUNT ?? 1);
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_123);
const NUM_RECORDS = 70;
/** A page has sixteen records: in the least memory whatever keeps them spills. */
const PADDING = "padding ".repeat(250);

/** Keys are of all kinds, and named in all ways; so the compiler is shown one of them. */
interface Row {
  readonly k: string;
  readonly n: number;
  readonly pad: string;
}
type Data = DataSet<Row>;
type KeyOf = "k";

interface Operation {
  readonly name: string;
  readonly build: (left: Data, right: Data, key: KeyOf) => DataSet<unknown>;
  /** Whether its results come in order. */
  readonly isOrdered?: boolean;
}

const folded = (a: Row, b: Row): Row => ({ k: a.k, n: a.n + b.n, pad: a.pad });
const keyAndNumber = ({ k, n }: Row): readonly (string | number)[] => [textOfKey(k), n];
const pair = (a: Row | null, b: Row | null): readonly (number | null)[] => [a?.n ?? null, b?.n ?? null];

function numbersOf(rows: Iterable<Row>): number[] {
  const numbers: number[] = [];
  for (const { n } of rows) numbers.push(n);
  return numbers.sort((a, b) => a - b);
}

const joinHints = ["repartition-hash-first", "repartition-hash-second", "repartition-sort-merge"] as const;

const operations: readonly Operation[] = [
  ...(["hash", "sort", "none"] as const).map((hint) => ({
    name: `reduce, ${hint}`,
    build: (left: Data, _: Data, key: KeyOf) => left.groupBy(key).reduce(folded, hint).map(keyAndNumber),
  })),
  { name: "reduceGroup", build: (left, _, key) => left.groupBy(key).reduceGroup((rows) => [numbersOf(rows)]) },
  {
    name: "combineGroup and reduceGroup",
    build: (left, _, key) =>
      left
        .groupBy(key)
        .combineGroup((rows) => [...rows])
        .groupBy(key)
        .reduceGroup((rows) => [numbersOf(rows)]),
  },
  { name: "distinct", build: (left, _, key) => left.distinct(key).map(({ k }) => textOfKey(k)) },
  {
    name: "distinct of an aggregate by sorting",
    build: (left, _, key) =>
      left.groupBy(key).reduceGroup((rows) => {
        for (const { k } of rows) return [textOfKey(k)];
        return [];
      }),
  },
  { name: "first", build: (left, _, key) => left.groupBy(key).sortGroup("n", "descending").first(2).map(keyAndNumber) },
  {
    name: "aggregate",
    build: (left, _, key) =>
      left
        .groupBy(key)
        .aggregate({ total: sum("n"), all: count() })
        .map(({ total, all }) => [total, all]),
  },
  { name: "sum in place", build: (left, _, key) => left.groupBy(key).sum("n").map(keyAndNumber) },
  { name: "minBy", build: (left, _, key) => left.groupBy(key).minBy("n").map(keyAndNumber) },
  ...joinHints.map((hint) => ({
    name: `join, ${hint}`,
    build: (left: Data, right: Data, key: KeyOf) => left.join(right, hint).where(key).equalTo(key).with(pair),
  })),
  ...joinHints.map((hint) => ({
    name: `left outer join, ${hint}`,
    build: (left: Data, right: Data, key: KeyOf) => left.leftOuterJoin(right, hint).where(key).equalTo(key).with(pair),
  })),
  ...joinHints.map((hint) => ({
    name: `right outer join, ${hint}`,
    build: (left: Data, right: Data, key: KeyOf) => left.rightOuterJoin(right, hint).where(key).equalTo(key).with(pair),
  })),
  ...joinHints.map((hint) => ({
    name: `full outer join, ${hint}`,
    build: (left: Data, right: Data, key: KeyOf) => left.fullOuterJoin(right, hint).where(key).equalTo(key).with(pair),
  })),
  ...joinHints.map((hint) => ({
    name: `semi join, ${hint}`,
    build: (left: Data, right: Data, key: KeyOf) =>
      left.semiJoin(right, hint).where(key).equalTo(key).map(keyAndNumber),
  })),
  ...joinHints.map((hint) => ({
    name: `anti join, ${hint}`,
    build: (left: Data, right: Data, key: KeyOf) =>
      left.antiJoin(right, hint).where(key).equalTo(key).map(keyAndNumber),
  })),
  {
    name: "join, broadcast",
    build: (left, right, key) => left.join(right, "broadcast-hash-second").where(key).equalTo(key).with(pair),
  },
  {
    name: "coGroup",
    build: (left, right, key) =>
      left
        .coGroup(right)
        .where(key)
        .equalTo(key)
        .with((a, b) => [[numbersOf(a), numbersOf(b)]]),
  },
  {
    name: "groups of reduced groups",
    build: (left, _, key) => left.groupBy(key, "n").reduce(folded).groupBy(key).reduce(folded).map(keyAndNumber),
  },
  {
    name: "join of reduced groups",
    build: (left, right, key) => left.groupBy(key).reduce(folded).join(right).where(key).equalTo(key).with(pair),
  },
  {
    name: "orderBy",
    isOrdered: true,
    build: (left, _, key) => left.orderBy(key, "ascending").map(({ k }) => textOfKey(k)),
  },
  {
    name: "orderBy, descending",
    isOrdered: true,
    build: (left, _, key) => left.orderBy(key, "descending").thenBy("n", "ascending").map(keyAndNumber),
  },
  { name: "partitionByRange", build: (left, _, key) => left.partitionByRange(key).map(keyAndNumber) },
  {
    name: "a delta iteration",
    build: (left, right, key) => {
      const initial = left.groupBy(key).reduce(folded);
      const loop = initial.iterateDelta(right, 3, key);
      const changes = loop.workset
        .groupBy(key)
        .reduce(folded)
        .join(loop.solutionSet)
        .where(key)
        .equalTo(key)
        .with((a, b) => ({ ...b, n: a.n + b.n }));
      return loop
        .closeWith(
          changes,
          changes.filter(({ n }) => n < 2000),
        )
        .map(keyAndNumber);
    },
  },
];

/** Says how one program is run. */
interface Setting {
  readonly isDeclared: boolean;
  readonly isSelector: boolean;
  readonly distribution: "even" | "skewed" | "one key";
  readonly parallelism: 1 | 7;
  readonly numPagesMore: number;
}

function drawn(random: SeededRandom, kind: KeyKind): Setting {
  return {
    isDeclared: kind.isDeclaredOnly === true || random.chance(0.5),
    isSelector: random.chance(0.3),
    distribution: random.pick(["even", "even", "skewed", "one key"]),
    parallelism: random.chance(0.2) ? 7 : 1,
    numPagesMore: random.pick([0, 0, 4, 500]),
  };
}

function rowsOf(kind: KeyKind, { distribution }: Setting, salt: number): Row[] {
  const { values } = kind;
  return Array.from({ length: NUM_RECORDS }, (_, i) => {
    const isCommon = distribution === "one key" || (distribution === "skewed" && i % 10 > 0);
    const k = values[isCommon ? values.length - 1 : (i * 7 + salt) % values.length] as string;
    return { k, n: (i * 31 + salt) % NUM_RECORDS, pad: PADDING };
  });
}

async function resultOf(engine: Engine<Plan>, kind: KeyKind, { build, isOrdered }: Operation, setting: Setting) {
  const { parallelism, isDeclared, isSelector } = setting;
  const env = ExecutionEnvironment.onEngine(engine, { parallelism });
  const type = types.row({ k: kind.type, n: types.int32, pad: types.string }) as unknown as Parameters<
    typeof env.fromCollection<Row>
  >[1];
  const data = (salt: number, from: number): Data =>
    env.fromCollection(rowsOf(kind, setting, salt).slice(from), isDeclared ? type : undefined);
  const key = (isSelector ? (row: Row) => row.k : "k") as KeyOf;
  try {
    const records = await build(data(0, 0), data(5, NUM_RECORDS - 12), key).collect();
    const texts = records.map((record) => JSON.stringify(record));
    return isOrdered === true ? texts : texts.sort();
  } catch (error) {
    if (isMillraceError(error)) return error.code;
    throw error;
  }
}

const oracle = collectionEngine(new TestHost());

describe.each(keyKinds)(`$name (seed ${SEED})`, (kind) => {
  test.each(operations)("$name", async (operation) => {
    const random = new SeededRandom(SEED + keyKinds.indexOf(kind) * operations.length + operations.indexOf(operation));
    for (let round = 0; round < NUM_ROUNDS; round++) {
      const setting = drawn(random, kind);
      const engine = new WatchedEngine({ numPagesMore: setting.numPagesMore });
      const result = await resultOf(engine, kind, operation, setting);
      expect(result, JSON.stringify(setting)).toEqual(await resultOf(oracle, kind, operation, setting));
      engine.assertNothingLeft();
    }
  });
});
