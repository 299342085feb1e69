/**
 * Records of no bytes, of ten million, of one field and of sixty-four, in every operator, in the least memory and against the oracle. Operators that need
 * fields get a record of ten million bytes among small ones: as what has the key, as one of a group, on both sides of joins, in sorts, in distinct
 * records, in iterations.
 */
import type { Plan } from "@millrace/common-api";
import { type Engine, type TypeInformation, types } from "@millrace/core";
import { type DataSet, ExecutionEnvironment } from "@millrace/dataset";
import { collectionEngine } from "@millrace/environment-collection";
import { TestHost } from "@millrace/host-test";
import { describe, expect, test, vi } from "vitest";
import { bagOf, type Item, items } from "./programs/operator-program.js";
import { operatorPrograms } from "./programs/operator-programs.js";
import { WatchedEngine } from "./watched-engine.js";

/** Each test runs many jobs, on machines that may be busy. */
vi.setConfig({ testTimeout: 120_000 });

const TEN_MB = 10_000_000;
const NUM_RECORDS = 60;
const oracle = collectionEngine(new TestHost());

/** Returns what results are, short: a text of ten million letters is its length and its end. */
function shortBagOf(records: readonly unknown[]): string[] {
  return bagOf(records).map((text) =>
    text.length < 1000 ? text : `${text.length} ${text.slice(0, 50)} ${text.slice(-50)}`,
  );
}

describe.each(operatorPrograms)("a record of ten million bytes: $name", ({ build, environment }) => {
  /** Number 3 is large, and has a key of its own and one that it shares with number 10. */
  const input = (salt: number): Item[] =>
    items({ numRecords: 12, numKeys: 7, textLength: 20 }, salt).map((item) =>
      item.id === 3 ? { ...item, text: "x".repeat(TEN_MB) } : item,
    );

  async function run(engine: Engine<Plan>, parallelism: number): Promise<string[]> {
    const env = ExecutionEnvironment.onEngine(engine, { ...environment, parallelism, checkRecords: false });
    return shortBagOf(await build(env.fromCollection(input(0)), env.fromCollection(input(13)), env).collect());
  }

  test("gives the oracle's results in the least memory", async () => {
    const engine = new WatchedEngine();
    expect(await run(engine, 2)).toEqual(await run(oracle, 2));
    engine.assertNothingLeft();
  });
});

/** Is a record in a program that works on records of any shape. */
type Any = readonly unknown[];
type Data = DataSet<Any>;

const same = (): string => "same";
const textOf = (record: unknown): string => JSON.stringify(record) ?? "undefined";

function* counted(records: Iterable<unknown>): Generator<string> {
  let count = 0;
  let text = "nothing";
  for (const record of records) {
    count++;
    text = textOf(record);
  }
  yield `${count} ${text}`;
}

/** Every operator that takes records without fields: those with a key get it from a selector, or take the whole record. */
const anyRecordPrograms: readonly (readonly [name: string, build: (left: Data, right: Data) => DataSet<unknown>])[] = [
  ["map", (left) => left.map((record) => record)],
  ["flatMap", (left) => left.flatMap((record) => [record, record])],
  ["filter", (left) => left.filter(() => true)],
  ["mapPartition", (left) => left.mapPartition((records) => counted(records)).map((text) => text.replace(/^\d+/, ""))],
  ["rebalance", (left) => left.rebalance()],
  ["partitionByHash", (left) => left.partitionByHash(same).map((record) => record)],
  ["partitionByRange", (left) => left.partitionByRange(same).map((record) => record)],
  ["sortPartition", (left) => left.sortPartition(same, "descending")],
  ["orderBy", (left) => left.orderBy(textOf, "ascending")],
  ["reduce of all", (left) => left.reduce((a) => a)],
  ["reduce by hash", (left) => left.groupBy(textOf).reduce((a) => a, "hash")],
  ["reduce by sorting", (left) => left.groupBy(textOf).reduce((a) => a, "sort")],
  ["reduceGroup", (left) => left.groupBy(textOf).reduceGroup((records) => counted(records))],
  ["reduceGroup of all", (left) => left.reduceGroup((records) => counted(records))],
  ["first", (left) => left.groupBy(same).first(3)],
  ["distinct records", (left) => left.distinct()],
  ["distinct", (left) => left.distinct(textOf)],
  ["join", (left, right) => left.distinct().join(right).where(textOf).equalTo(textOf)],
  [
    "join by merging",
    (left, right) => left.distinct().join(right, "repartition-sort-merge").where(textOf).equalTo(textOf),
  ],
  ["full outer join", (left, right) => left.distinct().fullOuterJoin(right).where(same).equalTo(textOf)],
  ["semi join", (left, right) => left.semiJoin(right).where(textOf).equalTo(textOf)],
  ["anti join", (left, right) => left.antiJoin(right).where(same).equalTo(textOf)],
  [
    "coGroup",
    (left, right) =>
      left
        .coGroup(right)
        .where(textOf)
        .equalTo(textOf)
        .with((a, b) => [...counted(a), ...counted(b)]),
  ],
  ["cross", (left, right) => left.distinct().cross(right)],
  ["union", (left, right) => left.union(right)],
  [
    "a bulk iteration",
    (left, right) => {
      const loop = left.iterate(3);
      return loop.closeWith(loop.semiJoin(right).where(textOf).equalTo(textOf));
    },
  ],
  [
    "a delta iteration",
    (left, right) => {
      const initial = left.distinct();
      const loop = initial.iterateDelta(right, 2, textOf);
      const changes = loop.workset
        .join(loop.solutionSet)
        .where(textOf)
        .equalTo(textOf)
        .with((a) => a);
      return loop.closeWith(changes, changes);
    },
  ],
];

interface Shape {
  readonly name: string;
  readonly record: (i: number) => unknown;
  /** Undefined where the records are of no type that can be declared. */
  readonly type?: TypeInformation<unknown>;
}

const fieldsOf = (count: number, i: number): Record<string, unknown> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, f) => [
      `f${f}`,
      f % 3 === 0 ? i % 5 : f % 3 === 1 ? `text ${i % 3}` : (i + f) % 7 === 0 ? null : 0.5,
    ]),
  );
const typeOf = (count: number): TypeInformation<unknown> =>
  types.row(
    Object.fromEntries(
      Array.from({ length: count }, (_, f) => [
        `f${f}`,
        f % 3 === 0 ? types.int32 : f % 3 === 1 ? types.string : types.nullable(types.float64),
      ]),
    ) as Record<string, TypeInformation<unknown>>,
  );

const shapes: readonly Shape[] = [
  { name: "a row without fields", record: () => ({}), type: types.row({}) },
  { name: "a tuple without elements", record: () => [], type: types.tuple() },
  { name: "an empty list", record: () => [], type: types.array(types.int32) },
  { name: "an empty text", record: () => "", type: types.string },
  { name: "no bytes", record: () => new Uint8Array(0), type: types.bytes },
  { name: "null", record: () => null, type: types.nullable(types.int32) },
  { name: "a row of one field", record: (i) => fieldsOf(1, i), type: typeOf(1) },
  {
    name: "a row of one empty list",
    record: () => ({ list: [] }),
    type: types.row({ list: types.array(types.string) }),
  },
  { name: "a row of sixty-four fields", record: (i) => fieldsOf(64, i), type: typeOf(64) },
];

describe.each(shapes)("$name", ({ record, type }) => {
  const records = Array.from({ length: NUM_RECORDS }, (_, i) => record(i)) as Any[];

  async function run(
    engine: Engine<Plan>,
    build: (left: Data, right: Data) => DataSet<unknown>,
    parallelism: number,
    isDeclared: boolean,
  ) {
    const env = ExecutionEnvironment.onEngine(engine, { parallelism });
    const declared = isDeclared ? (type as TypeInformation<Any> | undefined) : undefined;
    return bagOf(
      await build(env.fromCollection(records, declared), env.fromCollection(records.slice(0, 9), declared)).collect(),
    );
  }

  test.each(anyRecordPrograms)("in %s", async (_name, build) => {
    for (const [parallelism, isDeclared] of [
      [1, true],
      [3, false],
    ] as const) {
      const engine = new WatchedEngine();
      const results = await run(engine, build, parallelism, isDeclared);
      expect(results, `declared: ${isDeclared}`).toEqual(await run(oracle, build, parallelism, isDeclared));
      engine.assertNothingLeft();
    }
  });
});
