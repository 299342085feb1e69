/**
 * Delta iterations over random solution sets, most of them larger than memory, give what the collection environment gives: with the least memory and some times as
 * much, with directories of one page and of several (which begin at 5461 keys of a partition), and with rows that grow and shrink from superstep to superstep.
 */

import type { Plan } from "@millrace/common-api";
import type { Engine } from "@millrace/core";
import { type DataSet, ExecutionEnvironment } from "@millrace/dataset";
import { collectionEngine } from "@millrace/environment-collection";
import { SeededRandom, TestHost } from "@millrace/host-test";
import { expect, test, vi } from "vitest";
import { bagOf } from "./programs/operator-program.js";
import { WatchedEngine } from "./watched-engine.js";

/** Each test runs several jobs, on machines that may be busy. */
vi.setConfig({ testTimeout: 120_000 });

const BASE_SEED = Number(process.env.FUZZ_SEED ?? 20_261_123);
const NUM_CASES = 10 * Number(process.env.FUZZ_COUNT ?? 1);
/** How many times the least memory a job gets. */
const FACTORS = [1, 1.7, 2.5, 5];

interface Row {
  readonly key: number;
  readonly count: number;
  readonly other: number;
  readonly text: string;
}

/** Returns the text of a row after a change: longer, shorter, or of the same size. */
function changed(text: string, key: number, count: number): string {
  switch ((key + count) % 4) {
    case 0:
      return text.slice(0, text.length >> 1);
    case 1:
      return text;
    default:
      return `${text}${"zzzzzzzz".slice(0, key % 9)}`;
  }
}

/** Changes each row of the set in each of `supersteps`, and puts one in for each key that is not there. */
function changeAll(rows: DataSet<Row>, supersteps: number): DataSet<Row> {
  const keys = rows.flatMap(({ key }) => (key % 11 === 0 ? [{ key }, { key: -key }] : [{ key }]));
  const loop = rows.iterateDelta(keys, supersteps, "key");
  const changes = loop.workset
    .coGroup(loop.solutionSet)
    .where("key")
    .equalTo("key")
    .with((wanted, found): Row[] => {
      const [{ key }] = [...wanted] as [{ key: number }];
      const [row] = [...found];
      if (row === undefined) return [{ key, count: 1, other: 0, text: "new" }];
      return [{ ...row, count: row.count + 1, text: changed(row.text, key, row.count) }];
    });
  return loop.closeWith(
    changes,
    changes.map(({ key }) => ({ key })),
  );
}

/** Changes part of the rows in each superstep, fewer and fewer; rows of the workset without one in the set are left out. */
function changeSome(rows: DataSet<Row>, supersteps: number): DataSet<Row> {
  const keys = rows.flatMap(({ key, other }) => [{ key }, { key: other - 3 }]).distinct("key");
  const loop = rows.iterateDelta(keys, supersteps, "key");
  const changes = loop.workset
    .join(loop.solutionSet)
    .where("key")
    .equalTo("key")
    .with((_, row) => ({ ...row, count: row.count + 1, text: changed(row.text, row.key, row.count) }));
  return loop.closeWith(
    changes,
    changes.filter(({ key, count }) => key % 3 < 3 - count).map(({ key }) => ({ key })),
  );
}

/** Gives each row the least key of those that it is connected with. */
function connect(rows: DataSet<Row>, supersteps: number): DataSet<Row> {
  const initial = rows.map((row) => ({ ...row, count: row.key }));
  const edges = rows.flatMap(({ key, other }) => [
    { from: key, to: other },
    { from: other, to: key },
  ]);
  const loop = initial.iterateDelta(
    initial.map(({ key, count }) => ({ key, count })),
    supersteps,
    "key",
  );
  const changes = loop.workset
    .join(edges)
    .where("key")
    .equalTo("from")
    .with(({ count }, { to }) => ({ key: to, count }))
    .groupBy("key")
    .reduce((a, b) => (a.count < b.count ? a : b))
    .join(loop.solutionSet)
    .where("key")
    .equalTo("key")
    .flatWith(({ count }, row) =>
      count < row.count ? [{ ...row, count, text: changed(row.text, row.key, count) }] : [],
    );
  return loop.closeWith(
    changes,
    changes.map(({ key, count }) => ({ key, count })),
  );
}

const PROGRAMS = { changeAll, changeSome, connect };

interface Case {
  readonly program: keyof typeof PROGRAMS;
  readonly supersteps: number;
  readonly rows: readonly Row[];
  readonly parallelism: number;
  readonly factor: number;
}

function randomCase(random: SeededRandom): Case {
  const program = random.pick(["changeAll", "changeSome", "connect"] as const);
  const numRows = random.pick(program === "connect" ? [2000, 9000] : [2000, 9000, 14_000, 14_000, 30_000]);
  const maxLength = random.pick(numRows > 20_000 ? [0, 5, 30] : [0, 5, 30, 200]);
  const isVaried = random.chance(0.5);
  // Rows that are larger than a page.
  const shareOfLarge = numRows < 5000 && random.chance(0.3) ? 0.004 : 0;
  const rows = Array.from({ length: numRows }, (_, key) => {
    const length = random.chance(shareOfLarge) ? 40_000 : isVaried ? random.below(maxLength + 1) : maxLength;
    return { key, count: 0, other: random.below(numRows), text: "s".repeat(length) };
  });
  return {
    program,
    supersteps: random.between(1, program === "connect" ? 12 : 5),
    rows,
    parallelism: random.pick([1, 1, 2, 3]),
    factor: random.pick(FACTORS),
  };
}

/** Returns the results in short: of texts, their length. */
async function bag({ program, supersteps, rows, parallelism }: Case, engine: Engine<Plan>): Promise<string[]> {
  const env = ExecutionEnvironment.onEngine(engine, { parallelism, checkRecords: false });
  const results = PROGRAMS[program](env.fromCollection(rows), supersteps);
  return bagOf(await results.map(({ key, count, text }) => [key, count, text.length]).collect());
}

for (let seed = BASE_SEED; seed < BASE_SEED + NUM_CASES; seed++) {
  const given = randomCase(new SeededRandom(seed));
  const { program, supersteps, rows, parallelism, factor } = given;
  const name = `${program} of ${rows.length} rows in ${supersteps} supersteps, parallelism ${parallelism}, ${factor} times the least memory`;
  test(`[RT70] delta iterations give the oracle's results: ${name} (FUZZ_SEED=${seed})`, async () => {
    const least = new WatchedEngine();
    await bag({ ...given, rows: [] }, least);
    const engine = new WatchedEngine({ numPagesMore: Math.floor(least.leastPages * (factor - 1)) });
    const results = await bag(given, engine);
    engine.assertNothingLeft();
    const expected = await bag(given, collectionEngine(new TestHost()));
    expect(results.length).toBe(expected.length);
    expect(results.filter((row, i) => row !== expected[i])).toEqual([]);
  });
}
