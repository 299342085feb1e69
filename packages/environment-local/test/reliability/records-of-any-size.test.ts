/**
 * Records of no bytes, of about a page, of ten million, and of each number of fields from none to sixty-four, in every operator, in the least memory and against the oracle.
 * Of ten million bytes there is one among small ones: as what has the key, as one of a group, on both sides of joins, in sorts, in distinct records, in
 * iterations. Programs that name fields find null where records lack them; others take records of any kind whole.
 */
import type { Plan } from "@millrace/common-api";
import { type Engine, PAGE_SIZE_BYTES, type TypeInformation, types } from "@millrace/core";
import { ExecutionEnvironment } from "@millrace/dataset";
import { collectionEngine } from "@millrace/environment-collection";
import { TestHost } from "@millrace/host-test";
import { describe, expect, test, vi } from "vitest";
import { bagOf, type Item, items, type OperatorProgram } from "./programs/operator-program.js";
import { operatorPrograms } from "./programs/operator-programs.js";
import { wholeRecordPrograms } from "./programs/whole-record-programs.js";
import { WatchedEngine } from "./watched-engine.js";

/** Each test runs many jobs, on machines that may be busy. */
vi.setConfig({ testTimeout: 120_000 });

const TEN_MB = 10_000_000;
const NUM_RECORDS = 60;
const MAX_FIELDS = 64;
/** What every program runs with: bits for fields that may be null fill bytes and words of 8, 32 and 64. */
const EDGES = [0, 1, 2, 3, 7, 8, 9, 31, 32, 33, 63, MAX_FIELDS] as const;
/** How many numbers of fields each program runs with beside these; all programs together have all of them. */
const NUM_FIELD_COUNTS = Number(process.env.FUZZ_COUNT ?? 1);
const oracle = collectionEngine(new TestHost());

/** Is what a program reads: of any kind, where it asks for no field. */
interface Inputs {
  readonly left: readonly unknown[];
  readonly right: readonly unknown[];
  readonly type?: TypeInformation<unknown> | undefined;
}

/** Returns what results are, short: a text of ten million letters is its length and its end. */
function shortBagOf(records: readonly unknown[]): string[] {
  return bagOf(records.map(withFieldsInOrder)).map((text) =>
    text.length < 10_000 ? text : `${text.length} ${text.slice(0, 50)} ${text.slice(-50)}`,
  );
}

/** Records of several layouts come back with their fields in another order. */
function withFieldsInOrder(record: unknown): unknown {
  const isRow = typeof record === "object" && record !== null && !Array.isArray(record);
  return isRow ? Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))) : record;
}

async function resultsOf(engine: Engine<Plan>, program: OperatorProgram, inputs: Inputs, parallelism: number) {
  const { left, right, type } = inputs;
  const env = ExecutionEnvironment.onEngine(engine, { ...program.environment, parallelism, checkRecords: false });
  const declared = type as TypeInformation<Item> | undefined;
  const [first, second] = [left, right].map((records) => env.fromCollection(records as readonly Item[], declared));
  return shortBagOf(await program.build(first!, second!, env).collect());
}

/** Runs a program in the least memory. */
async function expectOracles(program: OperatorProgram, inputs: Inputs, parallelism: number): Promise<void> {
  const engine = new WatchedEngine();
  const results = await resultsOf(engine, program, inputs, parallelism);
  expect(results).toEqual(await resultsOf(oracle, program, inputs, parallelism));
  engine.assertNothingLeft();
}

test.each(operatorPrograms)("a record of ten million bytes: $name", async (program) => {
  /** Number 3 is large, and has a key of its own and one that it shares with number 10. */
  const input = (salt: number): Item[] =>
    items({ numRecords: 12, numKeys: 7, textLength: 20 }, salt).map((item) =>
      item.id === 3 ? { ...item, text: "x".repeat(TEN_MB) } : item,
    );
  await expectOracles(program, { left: input(0), right: input(13) }, 2);
});

test.each(operatorPrograms)("records of about a page: $name", async (program) => {
  /** Of growing texts: from rows that fit with others, past the largest that does alone, to those that are more than a page by themselves. */
  const input = (salt: number): Item[] =>
    items({ numRecords: 52, numKeys: 26, textLength: 0 }, salt).map((item) => ({
      ...item,
      text: "x".repeat(PAGE_SIZE_BYTES - 160 + 8 * item.key),
    }));
  await expectOracles(program, { left: input(0), right: input(13) }, 1);
});

/** Makes the n-th field beyond those that all items have. */
function moreField(n: number, id: number): unknown {
  return n % 3 === 0 ? id % 5 : n % 3 === 1 ? `text ${id % 3}` : (id + n) % 7 === 0 ? null : 0.5;
}

/** Leaves out fields of an item from behind, or adds some. */
function withFields(count: number, item: Item): Record<string, unknown> {
  const more = Array.from({ length: MAX_FIELDS }, (_, n) => [`f${n}`, moreField(n, item.id)] as const);
  return Object.fromEntries([...Object.entries(item), ...more].slice(0, count));
}

function inputsOf(change: (item: Item, i: number) => unknown): Inputs {
  const input = (numRecords: number, salt: number) =>
    items({ numRecords, numKeys: 7, textLength: 20 }, salt).map((item, i) => change(item, i));
  return { left: input(NUM_RECORDS, 0), right: input(NUM_RECORDS / 2, 13) };
}

/** Goes through all numbers between none and the most, each program on from where the one before it ended. */
function fieldCountsOf(program: OperatorProgram): readonly number[] {
  const first = operatorPrograms.indexOf(program) * NUM_FIELD_COUNTS;
  const others = Array.from({ length: NUM_FIELD_COUNTS }, (_, n) => (first + n) % MAX_FIELDS);
  return [...new Set([...EDGES, ...others])];
}

describe.each(operatorPrograms)("numbers of fields: $name", (program) => {
  test.each(fieldCountsOf(program))("%i", async (count) => {
    await expectOracles(
      program,
      inputsOf((item) => withFields(count, item)),
      1 + (count % 3),
    );
  });

  test("a record in three without any", async () => {
    await expectOracles(
      program,
      inputsOf((item, i) => (i % 3 === 0 ? {} : item)),
      2,
    );
  });
});

test("control: the programs have every number of fields between them", () => {
  const counts = new Set(operatorPrograms.flatMap(fieldCountsOf));
  expect([...counts].sort((a, b) => a - b)).toEqual(Array.from({ length: MAX_FIELDS + 1 }, (_, n) => n));
});

interface Shape {
  readonly name: string;
  readonly record: (i: number) => unknown;
  readonly type: TypeInformation<unknown>;
}

function rowShape(name: string, numFields: number): Shape {
  const fields = Array.from({ length: numFields }, (_, n) => n);
  const typeOf = (n: number) =>
    n % 3 === 0 ? types.int32 : n % 3 === 1 ? types.string : types.nullable(types.float64);
  return {
    name,
    record: (i) => Object.fromEntries(fields.map((n) => [`f${n}`, moreField(n, i)])),
    type: types.row(Object.fromEntries(fields.map((n) => [`f${n}`, typeOf(n) as TypeInformation<unknown>]))),
  };
}

const shapes: readonly Shape[] = [
  rowShape("a row without fields", 0),
  { name: "a tuple without elements", record: () => [], type: types.tuple() },
  { name: "an empty list", record: () => [], type: types.array(types.int32) },
  { name: "an empty text", record: () => "", type: types.string },
  { name: "no bytes", record: () => new Uint8Array(0), type: types.bytes },
  { name: "null", record: () => null, type: types.nullable(types.int32) },
  {
    name: "a row of one empty list",
    record: () => ({ list: [] }),
    type: types.row({ list: types.array(types.string) }),
  },
  rowShape("a row of one field", 1),
  rowShape("a row of sixty-four fields", MAX_FIELDS),
];

describe.each(shapes)("$name", ({ record, type }) => {
  const left = Array.from({ length: NUM_RECORDS }, (_, i) => record(i));
  const right = left.slice(0, 9);

  test.each(wholeRecordPrograms)("in $name", async (program) => {
    await expectOracles(program, { left, right, type }, 1);
    await expectOracles(program, { left, right }, 3);
  });
});
