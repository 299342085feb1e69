/**
 * Expressions as generated code over records and over rows, against the interpreter: the same values and the same errors, for random
 * expressions over random records of declared and of discovered types. FUZZ_SEED replays, FUZZ_COUNT scales.
 */
import {
  type AnyType,
  type ExpressionNode,
  evaluateExpression,
  expressionText,
  isMillraceError,
  LayoutDiscovery,
  Memory,
  normalizeRecord,
  RowLayout,
  RowSerializer,
  type TypeInformation,
} from "@millrace/core";
import { SeededRandom } from "@millrace/host-test";
import { expect, test } from "vitest";
import { expressionOverRecords, expressionOverRows } from "../../src/expressions/index.js";
import { randomExpression, randomRecordOf, randomRowType } from "./random-expression.js";

const SEED = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const SCALE = Number(process.env.FUZZ_COUNT ?? 1);
const COUNT = 1000 * SCALE;
const RECORDS_PER_EXPRESSION = 3;
console.log(`FUZZ_SEED=${SEED}`);

/** What came out, in a form in which NaN, -0 and errors can be compared. */
function outcome(evaluate: () => unknown): unknown {
  try {
    return { value: evaluate() };
  } catch (error) {
    if (!isMillraceError(error)) throw error;
    return { code: error.code, message: error.message };
  }
}

function onRow(node: ExpressionNode, layout: RowLayout, record: unknown, code: "generated" | "interpreted"): unknown {
  const memory = new Memory(new ArrayBuffer(1 << 16));
  // Not at the begin, so that a forgotten base shows.
  const slot = 3;
  new RowSerializer(layout).write(record, memory, slot, memory.numSlots);
  return outcome(() => expressionOverRows(node, layout, { code })(memory, slot));
}

test("[O80] [O81] [O82] [O83] [O84] [O85] [O86] [O87] [O88] generated and interpreted expressions agree", {
  timeout: 30_000 * Math.max(1, SCALE),
}, () => {
  const random = new SeededRandom(SEED);
  let numErrors = 0;
  for (let round = 0; round < COUNT; round++) {
    const type = randomRowType(random, 2, 1 + random.below(6)) as unknown as AnyType;
    const node = randomExpression(random, type, 1 + random.below(3));
    const ofRecords = expressionOverRecords(node, { code: "generated" });
    for (let i = 0; i < RECORDS_PER_EXPRESSION; i++) {
      const declared = type as unknown as TypeInformation<unknown>;
      const record = normalizeRecord(randomRecordOf(random, type), declared);
      const note = `FUZZ_SEED=${SEED} round ${round}: ${expressionText(node)} of ${String(type)}`;
      const expected = outcome(() => evaluateExpression(node, record));
      if (expected !== null && "code" in (expected as object)) numErrors++;
      expect(
        outcome(() => ofRecords(record)),
        note,
      ).toEqual(expected);
      for (const code of ["generated", "interpreted"] as const) {
        expect(onRow(node, RowLayout.of(declared) as RowLayout, record, code), `${note}, ${code}`).toEqual(expected);
        const found = new LayoutDiscovery().observe(record);
        expect(onRow(node, found, record, code), `${note}, ${code}, discovered as ${String(found.type)}`).toEqual(
          expected,
        );
      }
    }
  }
  expect(numErrors, "some expressions must fail, and most must not").toBeLessThan(COUNT * RECORDS_PER_EXPRESSION * 0.6);
  expect(numErrors).toBeGreaterThan(0);
});

test("[O80] records that are no rows: scalars, tuples, null", () => {
  const star: ExpressionNode = { op: "column", path: "*" };
  const first: ExpressionNode = { op: "column", path: "0" };
  for (const record of ["text", 5, null, [1, "b"], [], 7n, new Date(5)]) {
    const layout = new LayoutDiscovery().observe(record);
    for (const node of [star, first]) {
      const expected = outcome(() => evaluateExpression(node, record));
      expect(outcome(() => expressionOverRecords(node)(record))).toEqual(expected);
      expect(onRow(node, layout, record, "generated")).toEqual(expected);
    }
  }
});

test("values of parameters stand in no generated text", () => {
  const node: ExpressionNode = {
    op: "call",
    name: "eq",
    args: [
      { op: "column", path: "a" },
      { op: "parameter", name: "secret", value: 987654321 },
    ],
  };
  const texts: string[] = [];
  const RealFunction = globalThis.Function;
  class RecordingFunction {
    constructor(...parts: string[]) {
      texts.push(parts.join("\n"));
      // biome-ignore lint/correctness/noConstructorReturn: it stands for the real constructor
      return new RealFunction(...parts);
    }
  }
  globalThis.Function = RecordingFunction as unknown as FunctionConstructor;
  try {
    expect(expressionOverRecords(node, { code: "generated" })({ a: 987654321 })).toBe(true);
  } finally {
    globalThis.Function = RealFunction;
  }
  expect(texts.join("\n")).toContain("function");
  expect(texts.join("\n")).not.toContain("987654321");
});
