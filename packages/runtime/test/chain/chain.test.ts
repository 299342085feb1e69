import { type CustomType, isMillraceError, RowLayout, type TypeInformation, types, typeToJson } from "@millrace/core";
import type { ChainedSpec } from "@millrace/job-graph";
import { describe, expect, test } from "vitest";
import { type Chain, makeChain } from "../../src/chain/index.js";
import { Point, pointType } from "../expressions/random-expression.js";
import { contextOf, KeepingOutput, operator, type Program, rowOf } from "./chain-harness.js";

type Fn = (...args: never[]) => unknown;
type Row = Record<string, unknown>;

const CODES = ["generated", "interpreted"] as const;

/** A chain of functions, by their kinds. */
function programOf(...steps: readonly (readonly ["map" | "flatMap" | "filter", Fn | object])[]): Program {
  return {
    specs: steps.map(([kind], index): ChainedSpec => ({ kind, operator: operator(index, kind), function: index })),
    functions: steps.map(([, fn]) => fn),
  };
}

interface Started {
  readonly chain: Chain;
  readonly output: KeepingOutput;
}

function start(program: Program, options: Parameters<typeof contextOf>[1]): Started {
  const output = new KeepingOutput();
  return { chain: makeChain(program.specs, contextOf(program, options), output), output };
}

function errorOf(action: () => void): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe.each(CODES)("%s", (code) => {
  test("[O94] what a function throws names operator, subtask and record, and keeps the cause", () => {
    const cause = new Error("no luck");
    const program = programOf(
      ["map", (row: Row) => row],
      [
        "map",
        () => {
          throw cause;
        },
      ],
    );
    const { chain } = start(program, { code });
    const error = errorOf(() => chain.collect({ id: 7 }));
    expect(isMillraceError(error, "FUNCTION_FAILED")).toBe(true);
    expect(error).toMatchObject({ cause, where: { operator: "map", subtask: 2 } });
    expect((error as Error).message).toContain('The function map threw Error: no luck for {"id":7}');
  });

  test("[O94] the record in the report is whole where the function reads one field of a row", () => {
    const program = programOf(["map", (row: { a: { b: number } }) => row.a.b]);
    const context = contextOf(program, { code });
    const chain = makeChain(program.specs, context, new KeepingOutput());
    const layout = RowLayout.of(
      types.row({ a: types.nullable(types.row({ b: types.int32 })), c: types.string }),
    ) as RowLayout;
    const error = errorOf(() => chain.collectRow(...rowOf({ a: null, c: "all of it" }, layout, context)));
    expect((error as Error).message).toContain('{"a":null,"c":"all of it"}');
  });

  test.each<readonly [string, Fn]>([
    ["nothing", () => undefined],
    ["a promise", () => Promise.resolve(1)],
    [
      "a generator",
      function* () {
        yield 1;
      },
    ],
    ["an async iterable", () => (async function* () {})()],
  ])("[O93] a map that returns %s", (says, fn) => {
    const { chain } = start(programOf(["map", fn]), { code });
    const error = errorOf(() => chain.collect({ id: 7 }));
    expect(isMillraceError(error, "INVALID_RESULT")).toBe(true);
    expect((error as Error).message).toContain(says);
    expect(error).toMatchObject({ where: { operator: "map", subtask: 2 } });
  });

  test("[O93] a filter that returns no truth value, a flatMap that returns a string", () => {
    const filter = start(programOf(["filter", () => 1]), { code });
    expect(
      isMillraceError(
        errorOf(() => filter.chain.collect(5)),
        "INVALID_RESULT",
      ),
    ).toBe(true);
    const flatMap = start(programOf(["flatMap", () => "text"]), { code });
    expect(
      isMillraceError(
        errorOf(() => flatMap.chain.collect(5)),
        "INVALID_RESULT",
      ),
    ).toBe(true);
  });

  test("[O2] records are held to the declared type of their operator, in the middle of a chain too", () => {
    const type = types.row({ id: types.int32 });
    const specs: ChainedSpec[] = [
      { kind: "map", operator: operator(0, "typed", typeToJson(type)), function: 0 },
      { kind: "map", operator: operator(1, "after"), function: 1 },
    ];
    const program: Program = {
      specs,
      functions: [(row: Row) => row, (row: Row) => ({ ...row, keys: Object.keys(row) })],
    };
    const { chain, output } = start(program, { code });
    chain.collect({ id: 5, other: "is left out" });
    expect(output.records).toEqual([{ id: 5, keys: ["id"] }]);
    const error = errorOf(() => chain.collect({ id: "five" }));
    expect(isMillraceError(error, "RECORD_TYPE_MISMATCH")).toBe(true);
    expect(error).toMatchObject({ where: { operator: "typed", field: "id" } });
  });

  test("[O96] writing to a collector after the call", () => {
    let kept: { collect(record: unknown): void } | undefined;
    const program = programOf([
      "flatMap",
      (_row: unknown, out: { collect(record: unknown): void }) => {
        kept = out;
      },
    ]);
    const { chain } = start(program, { code });
    chain.collect(1);
    expect(
      isMillraceError(
        errorOf(() => kept?.collect(2)),
        "INVALID_RESULT",
      ),
    ).toBe(true);
  });

  test("a failure further down that a function caught still fails", () => {
    const program = programOf(
      [
        "flatMap",
        (row: unknown, out: { collect(record: unknown): void }) => {
          try {
            out.collect(row);
          } catch {
            // Swallowed.
          }
        },
      ],
      [
        "map",
        () => {
          throw new Error("further down");
        },
      ],
    );
    const error = errorOf(() => start(program, { code }).chain.collect(1));
    expect((error as Error).message).toContain("further down");
    expect(error).toMatchObject({ where: { operator: "map" } });
  });

  test("a returned iterable without end is read as there is room, and closed when the task ends", () => {
    let numMade = 0;
    let isClosed = false;
    const program = programOf(
      ["map", (n: number) => n],
      [
        "flatMap",
        function* () {
          try {
            for (;;) yield numMade++;
          } finally {
            isClosed = true;
          }
        },
      ],
      ["flatMap", (n: number) => [n, -n]],
    );
    const { chain, output } = start(program, { code });
    output.capacity = 10;
    chain.collect(0);
    expect([chain.isFull, chain.isPending, output.records.length]).toEqual([true, true, 10]);
    chain.collect(1);
    expect(output.records).toHaveLength(10);
    output.empty();
    chain.resume();
    expect(output.records).toHaveLength(20);
    expect(numMade).toBe(10);
    chain.abort();
    expect([isClosed, chain.isPending]).toEqual([true, false]);
  });

  test("an iterable without end, behind which there is always room, gives others a turn", () => {
    const program = programOf([
      "flatMap",
      function* () {
        for (let i = 0; ; i++) yield i;
      },
    ]);
    const { chain, output } = start(program, { code });
    chain.collect(0);
    const numAtFirst = output.records.length;
    expect([chain.isFull, chain.isPending, numAtFirst > 0]).toEqual([true, true, true]);
    chain.resume();
    expect(output.records).toHaveLength(numAtFirst * 2);
    chain.abort();
  });

  test("what is written to a collector is all taken, full or not, in order", () => {
    const program = programOf(
      [
        "flatMap",
        (n: number, out: { collect(record: unknown): void }) => {
          for (let i = 0; i < 5; i++) out.collect(n * 10 + i);
          return [n * 10 + 5];
        },
      ],
      [
        "flatMap",
        function* (n: number) {
          yield n;
        },
      ],
    );
    const { chain, output } = start(program, { code });
    output.capacity = 2;
    for (const n of [1, 2]) chain.collect(n);
    for (let i = 0; chain.isPending && i < 100; i++) {
      output.empty();
      chain.resume();
    }
    expect(output.records).toEqual([10, 11, 12, 13, 14, 15, 20, 21, 22, 23, 24, 25]);
  });

  test("[O90] objects are called on their method, with the context of their operator", () => {
    class Adder {
      readonly #by = 3;
      map(n: number, context: { taskName: string }) {
        return [n + this.#by, context.taskName];
      }
    }
    const { chain, output } = start(programOf(["map", new Adder()]), { code });
    chain.collect(4);
    expect(output.records).toEqual([[7, "map"]]);
  });

  test("[O1] with checksRecords no function sees classes, changes or undefined fields of another", () => {
    class Wide {
      get width() {
        return 5;
      }
      name: string | undefined = undefined;
    }
    const kept: Row[] = [];
    const program = programOf(
      ["map", () => new Wide()],
      [
        "flatMap",
        (row: Row) => {
          const same = { keys: Object.keys(row), width: row.width ?? null };
          return [same, same];
        },
      ],
      [
        "map",
        (row: { keys: string[] }) => {
          row.keys.push("changed");
          kept.push(row as unknown as Row);
          return row;
        },
      ],
    );
    const { chain, output } = start(program, { code, checksRecords: true });
    chain.collect(1);
    expect(output.records).toEqual([
      { keys: ["changed"], width: null },
      { keys: ["changed"], width: null },
    ]);
    expect(kept[0]).not.toBe(kept[1]);
  });

  test("[O24] [O25] operators over fields take rows and give rows", () => {
    const layout = RowLayout.of(
      types.row({
        id: types.int32,
        user: types.row({ name: types.string, tags: types.array(types.string) }),
        at: types.timestamp,
      }),
    ) as RowLayout;
    const specs: ChainedSpec[] = [
      {
        kind: "filterExpression",
        operator: operator(0),
        expression: {
          op: "call",
          name: "startsWith",
          args: [
            { op: "column", path: "user.name" },
            { op: "literal", value: "A" },
          ],
        },
      },
      {
        kind: "attachKey",
        operator: operator(1),
        parts: [{ kind: "field", path: "user.name" }],
      },
      { kind: "detachKey", operator: operator(2), position: 1 },
      {
        kind: "select",
        operator: operator(3),
        columns: [
          {
            name: "twice",
            expression: {
              op: "call",
              name: "multiply",
              args: [
                { op: "column", path: "id" },
                { op: "literal", value: 2 },
              ],
            },
          },
          { name: "user", expression: { op: "column", path: "user" } },
          { name: "none", expression: { op: "column", path: "missing" } },
          { name: "at", expression: { op: "column", path: "at" } },
        ],
      },
    ];
    const program: Program = { specs, functions: [] };
    const context = contextOf(program, { code });
    const output = new KeepingOutput();
    const chain = makeChain(specs, context, output);
    const user = { name: "Ada", tags: ["x", "日本"] };
    for (const record of [
      { id: 1, user, at: new Date(5) },
      { id: 2, user: { name: "Bob", tags: [] }, at: new Date(6) },
    ]) {
      chain.collectRow(...rowOf(record, layout, context));
    }
    expect(output.records).toEqual([{ twice: 2, user, none: null, at: new Date(5) }]);
    if (code === "generated") expect(output.numRows).toBe(1);
  });

  test("a record inside of a row is handed on where it lies", () => {
    const record = types.row({ id: types.int32, name: types.string });
    const layout = RowLayout.of(types.tuple(types.string, types.nullable(record))) as unknown as RowLayout;
    const specs: ChainedSpec[] = [{ kind: "detachKey", operator: operator(0), position: 1 }];
    const context = contextOf({ specs, functions: [] }, { code });
    const output = new KeepingOutput();
    const chain = makeChain(specs, context, output);
    for (const each of [
      ["k", { id: 1, name: "one" }],
      ["k", null],
    ])
      chain.collectRow(...rowOf(each, layout, context));
    expect(output.records).toEqual([{ id: 1, name: "one" }, null]);
    if (code === "generated") expect(output.numRows).toBe(1);
  });

  test("rows longer than what was made ready for them", () => {
    const type = types.row({ a: types.string, b: types.string }) as TypeInformation<unknown>;
    const specs: ChainedSpec[] = [{ kind: "project", operator: operator(0), fields: ["a", "b", "a", "a", "a"] }];
    const context = contextOf({ specs, functions: [] }, { code });
    const output = new KeepingOutput();
    const chain = makeChain(specs, context, output);
    const long = "long".repeat(7_000);
    chain.collectRow(...rowOf({ a: long, b: "b" }, RowLayout.of(type) as RowLayout, context));
    expect(output.records).toEqual([[long, "b", long, long, long]]);
  });

  test("attached keys of any kind, in front of a record that keeps its declared type", () => {
    const type = types.row({ kind: types.enum("b", "a"), point: pointType });
    const json = typeToJson(type);
    const specs: ChainedSpec[] = [
      { kind: "map", operator: operator(0, "typed", json), function: 0 },
      {
        kind: "attachKey",
        operator: operator(1, "key", typeToJson(types.tuple(types.any, types.any, types.any, type))),
        parts: [
          { kind: "selector", function: 1 },
          { kind: "field", path: "kind" },
          { kind: "tuple", parts: [{ kind: "field", path: "kind" }] },
        ],
      },
    ];
    const keys: unknown[] = ["text", 5, null, [1, "x"], { a: 1n }, -0, 2.5];
    const program: Program = {
      specs,
      functions: [(n: number) => ({ kind: "a", point: new Point(n) }), (row: { point: Point }) => keys[row.point.x]],
    };
    const customTypes = [pointType as unknown as CustomType];
    const context = contextOf(program, { code, customTypes, types: [type] });
    const output = new KeepingOutput();
    const chain = makeChain(specs, context, output);
    for (let n = 0; n < keys.length; n++) chain.collect(n);
    expect(output.numRows).toBe(keys.length);
    expect(output.records).toEqual(keys.map((key, n) => [key, "a", ["a"], { kind: "a", point: new Point(n) }]));
    for (const layout of output.layouts)
      expect(String(layout)).toContain('row<kind: enum<"b", "a">, point: custom<point>>');
  });

  test("keys of a selector over rows: the record goes on as it lies", () => {
    const layout = RowLayout.of(types.row({ kind: types.enum("b", "a"), n: types.int32 })) as RowLayout;
    const specs: ChainedSpec[] = [
      { kind: "attachKey", operator: operator(0), parts: [{ kind: "selector", function: 0 }] },
    ];
    const program: Program = { specs, functions: [(row: { n: number }) => (row.n > 1 ? `${row.n}` : row.n)] };
    const context = contextOf(program, { code });
    const output = new KeepingOutput();
    const chain = makeChain(specs, context, output);
    for (const n of [1, 2, 1]) chain.collectRow(...rowOf({ kind: "a", n }, layout, context));
    expect(output.records).toEqual([
      [1, { kind: "a", n: 1 }],
      ["2", { kind: "a", n: 2 }],
      [1, { kind: "a", n: 1 }],
    ]);
    if (code === "generated") expect(output.numRows).toBe(3);
  });

  test("a record that contradicts the type that a key was to be attached to", () => {
    const specs: ChainedSpec[] = [
      {
        kind: "attachKey",
        operator: operator(0, "key", typeToJson(types.tuple(types.any, types.row({ id: types.int32 })))),
        parts: [{ kind: "field", path: "id" }],
      },
    ];
    const { chain } = start({ specs, functions: [] }, { code });
    const error = errorOf(() => chain.collect({ id: "x" }));
    expect(isMillraceError(error, "RECORD_TYPE_MISMATCH")).toBe(true);
    expect(error).toMatchObject({ where: { operator: "key" } });
  });
});
