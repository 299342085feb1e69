/** What random plans and tests of keys have found: each stays as a program that is compared with the oracle. */
import type { Plan } from "@millrace/common-api";
import { col, type Engine, types } from "@millrace/core";
import { count, type DataSet, ExecutionEnvironment, max, min } from "@millrace/dataset";
import { collectionEngine } from "@millrace/environment-collection";
import { TestHost } from "@millrace/host-test";
import { describe, expect, test } from "vitest";
import { Version, version } from "./key-kinds.js";
import { WatchedEngine } from "./watched-engine.js";

type Build = (env: ExecutionEnvironment) => DataSet<unknown>;

const versioned = types.row({ n: types.int32, v: version, text: types.string });
interface Versioned {
  readonly n: number;
  readonly v: Version;
  readonly text: string;
}

const together = (a: Versioned, b: Versioned): Versioned => ({ ...a, n: a.n + b.n });

/** Gives records of many layouts, for which there is no room in the least memory. */
const growing = (a: Versioned, b: Versioned): Versioned => {
  const rest = b.n % 2 > 0 ? [] : b.n % 4 > 0 ? ["x"] : [b.n];
  const grown = { ...a, n: a.n + b.n, rest };
  return grown;
};

function versions(env: ExecutionEnvironment): DataSet<Versioned> {
  const records = Array.from({ length: 12 }, (_, n) => ({
    n,
    v: new Version(1, n % 3, n),
    text: n % 3 > 0 ? "a" : "bb",
  }));
  return env.fromCollection(records as never[], versioned as never) as unknown as DataSet<Versioned>;
}

const textOf = ({ n, v }: Versioned): string => `${n} ${v instanceof Version} ${v.major}.${v.minor}`;

const dated: readonly { readonly key: number; readonly big: bigint; readonly at: Date | null }[] = [
  { key: 0, big: -1n, at: null },
  { key: 1, big: 5n, at: new Date(9) },
  { key: 1, big: 2n, at: new Date(5) },
];

const level = types.nullable(types.enum("high", "low"));
const levels = [
  { n: 3, of: "high", level: "low" },
  { n: 7, of: null, level: "low" },
  { n: 7, of: "low", level: "low" },
  { n: 3, of: "low", level: "low" },
];

const programs: readonly (readonly [situation: string, build: Build])[] = [
  [
    "a group whose record grew out of the memory meets its later records, though its key is of a class",
    (env) => versions(env).groupBy("v").reduce(growing).map(textOf),
  ],
  [
    "so it does when keys were attached",
    (env) =>
      versions(env)
        .groupBy("v", ({ text }) => text.length)
        .reduce(growing)
        .map(textOf),
  ],
  [
    "what reduce gives can be grouped by a class",
    (env) =>
      versions(env)
        .groupBy("n")
        .reduce((a) => ({ ...a }))
        .union(versions(env).groupBy("text").reduce(together))
        .groupBy("v")
        .reduce(together)
        .map(textOf),
  ],
  [
    "records keep their classes in reduce",
    (env) => versions(env).groupBy("text").reduce(together).rebalance().map(textOf),
  ],
  [
    "keys of a selector are equal as their class says",
    (env) =>
      versions(env)
        .groupBy(({ v }) => [v][0] as never)
        .reduceGroup((records) => [[...records].length]),
  ],
  [
    "an enum orders alike where it is declared and where it is a string",
    (env) =>
      env
        .fromCollection(levels as never[], types.row({ n: types.int32, of: level, level }) as never)
        .groupBy("of" as never)
        .reduce((a: { n: number }, b: { n: number }) => (a.n < b.n ? structuredClone(a) : structuredClone(b)) as never)
        .orderBy("level" as never, "ascending")
        .thenBy("n" as never, "ascending")
        .zipWithIndex()
        .map(([index, record]) => `${index} ${JSON.stringify(record)}`),
  ],
  [
    "the least of a field that was null at first, beside an aggregate that is no number",
    (env) =>
      env
        .fromCollection(dated)
        .groupBy(({ key }) => key)
        .aggregate({ n: count(), third: max(col("big").dividedBy(3n)), first: min("at") })
        .map(({ key, n, third, first }) => `${key} ${n} ${third} ${first?.getTime()}`),
  ],
];

async function run(engine: Engine<Plan>, build: Build, parallelism: number): Promise<unknown[]> {
  return (await build(ExecutionEnvironment.onEngine(engine, { parallelism })).collect()).map(String).sort();
}

describe.each(programs)("%s", (_situation, build) => {
  test.each([1, 3])("in the least memory at parallelism %i", async (parallelism) => {
    const expected = await run(collectionEngine(new TestHost()), build, parallelism);
    expect(await run(new WatchedEngine(), build, parallelism)).toEqual(expected);
    expect(await run(new WatchedEngine({ numPagesMore: 200 }), build, parallelism)).toEqual(expected);
  });
});
