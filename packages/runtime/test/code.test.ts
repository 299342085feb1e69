import {
  isMillraceError,
  Memory,
  RecordCopies,
  RowLayout,
  type RuntimeContext,
  SinglePassIterable,
  types,
  typeToJson,
} from "@millrace/core";
import type { OperatorInfo } from "@millrace/job-graph";
import { expect, test } from "vitest";
import { singlePassOver, UserCode } from "../src/code/index.js";
import { createLayoutTable } from "../src/rows/layout-table.js";
import { RowRecordReader } from "../src/rows/record-reader.js";
import type { Steps } from "../src/task/driver.js";
import { KeepingOutput, operator } from "./chain/chain-harness.js";

function codeOf(
  target: object,
  method: string,
  info: OperatorInfo = operator(0, "op"),
  checksRecords = false,
): UserCode {
  const context = { subtaskIndex: 1, copies: new RecordCopies([]), customTypes: [], checksRecords };
  return new UserCode({ target, method }, info, { taskName: info.name } as RuntimeContext, context);
}

function errorOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** Runs steps to their end, with room made whenever they wait for it. */
function finish(steps: Steps | undefined, output: KeepingOutput): number {
  let numWaits = 0;
  for (let step = steps?.next(); step?.done === false; step = steps?.next()) {
    expect(step.value).toBe("output");
    output.empty();
    numWaits++;
  }
  return numWaits;
}

test("[O90] a plain function gets no `this`, an object's method its object", () => {
  const seen: unknown[] = [];
  const plain = codeOf(function (this: unknown, a: unknown, b: unknown) {
    seen.push(this);
    return [a, b];
  }, "reduce");
  expect(plain.one(1, 2)).toEqual([1, 2]);
  const object = {
    reduce(this: unknown) {
      seen.push(this);
      return 1;
    },
  };
  codeOf(object, "reduce").one(1, 2);
  expect(seen).toEqual([undefined, object]);
});

test("[O92] open and close are called when there are such, and must not return promises", () => {
  const calls: unknown[] = [];
  const code = codeOf(
    {
      open: (context: RuntimeContext) => void calls.push(context.taskName),
      close: () => void calls.push("close"),
      map: () => 1,
    },
    "map",
  );
  code.open();
  code.close();
  expect(calls).toEqual(["op", "close"]);
  const late = codeOf({ open: () => Promise.resolve(), map: () => 1 }, "map");
  expect(
    isMillraceError(
      errorOf(() => late.open()),
      "INVALID_RESULT",
    ),
  ).toBe(true);
});

test("[O94] both records of a call are in the report", () => {
  const code = codeOf(() => {
    throw new RangeError("too far");
  }, "join");
  const error = errorOf(() => code.one({ a: 1 }, { b: 2 }));
  expect(error).toMatchObject({ code: "FUNCTION_FAILED", where: { operator: "op", subtask: 1 } });
  expect((error as Error).message).toContain('for {"a":1} and {"b":2}');
});

test("[O91] an object with #private members that was copied field by field", () => {
  class Counting {
    #count = 0;
    map() {
      return this.#count++;
    }
  }
  const copied = Object.create(Counting.prototype) as object;
  expect(
    isMillraceError(
      errorOf(() => codeOf(copied, "map").one(1)),
      "INVALID_FUNCTION",
    ),
  ).toBe(true);
});

test("[O2] results are held to the declared type", () => {
  const typed = codeOf((x: unknown) => x, "map", operator(0, "op", typeToJson(types.row({ a: types.int32 }))));
  expect(typed.one({ a: 1, b: 2 })).toEqual({ a: 1 });
  expect(
    isMillraceError(
      errorOf(() => typed.one({ a: "x" })),
      "RECORD_TYPE_MISMATCH",
    ),
  ).toBe(true);
});

test("[O21] what is written comes before what is returned; arrays need no steps", () => {
  const output = new KeepingOutput();
  const code = codeOf((x: number, out: { collect(record: unknown): void }) => {
    out.collect(x);
    return [x + 1, x + 2];
  }, "flatMap");
  expect(code.many(output, 1)).toBe(undefined);
  expect(output.records).toEqual([1, 2, 3]);
});

test("a returned iterable is read as there is room, and closed when its task is cancelled", () => {
  const output = new KeepingOutput();
  output.capacity = 2;
  let isClosed = false;
  const code = codeOf(function* () {
    try {
      for (let i = 0; i < 5; i++) yield i;
    } finally {
      isClosed = true;
    }
  }, "mapPartition");
  expect(finish(code.many(output), output)).toBe(2);
  expect(output.records).toEqual([0, 1, 2, 3, 4]);

  isClosed = false;
  const steps = code.many(output);
  steps?.next();
  steps?.return();
  expect(isClosed).toBe(true);
});

test("[O27] the rows of a group can be read once, during the call", () => {
  const layouts = createLayoutTable();
  const layout = layouts.add(RowLayout.of(types.tuple(types.string, types.row({ n: types.int32 }))) as RowLayout);
  const memory = new Memory(new ArrayBuffer(1 << 12));
  const slots = [0, 64, 128];
  slots.forEach((slot, n) => layout.serializer.write(["key", { n }], memory, slot, memory.numSlots));
  const group = (): SinglePassIterable => {
    let index = -1;
    const cursor = {
      memory,
      layout,
      get slot() {
        return slots[index]!;
      },
      next: () => ++index < slots.length,
    };
    return singlePassOver(cursor, new RowRecordReader(1));
  };
  const output = new KeepingOutput();
  let kept: Iterable<unknown> | undefined;
  const code = codeOf((values: Iterable<{ n: number }>) => {
    kept = values;
    return [[...values].map(({ n }) => n)];
  }, "reduceGroup");
  code.many(output, group());
  expect(output.records).toEqual([[0, 1, 2]]);
  expect(
    isMillraceError(
      errorOf(() => [...(kept ?? [])]),
      "ITERABLE_CONSUMED",
    ),
  ).toBe(true);
  const twice = codeOf((values: Iterable<unknown>) => [...values, ...values], "reduceGroup");
  expect(
    isMillraceError(
      errorOf(() => twice.many(output, group())),
      "ITERABLE_CONSUMED",
    ),
  ).toBe(true);
  const failing = codeOf((values: Iterable<unknown>) => {
    for (const _ of values) throw new Error("at the first");
  }, "reduceGroup");
  expect((errorOf(() => failing.many(output, group())) as Error).message).toContain('at the first for {"n":0}');
});

test("iterators of groups are iterators of the language: they end, and can be iterated on", () => {
  const iterable = new SinglePassIterable({
    last: undefined,
    next: (() => {
      let left = 2;
      return () => left-- > 0;
    })(),
    take: () => "record",
  });
  const iterator = iterable[Symbol.iterator]() as IterableIterator<unknown>;
  expect([...iterator]).toEqual(["record", "record"]);
  expect(iterator.next()).toEqual({ done: true, value: undefined });
});
