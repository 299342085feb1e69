import type { StandardJSONSchemaV1 } from "@standard-schema/spec";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as v from "valibot";
import { describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { checkRecord, type StandardJsonSchema, types } from "../src/index.js";

/** A schema of a library that returns this JSON Schema. */
function schemaOf(json: Record<string, unknown>): StandardJsonSchema<unknown> {
  return { "~standard": { vendor: "test", jsonSchema: { output: () => json } } };
}

function textOf(json: Record<string, unknown>): string {
  return String(types.from(schemaOf(json)));
}

interface Order {
  id: number;
  total: number;
  note?: string | undefined;
  coupon: string | null;
  tags: string[];
  at: [string, number];
  status: "open" | "paid";
}

const ORDER = `row<id: ID, total: float64, note?: string, coupon: string?, tags: array<string>, at: tuple<string, float64>, status: enum<"open", "paid">>`;

describe("three libraries describe the same order", () => {
  test("[J1] zod", () => {
    const schema = z.object({
      id: z.int32(),
      total: z.number(),
      note: z.string().optional(),
      coupon: z.string().nullable(),
      tags: z.array(z.string()),
      at: z.tuple([z.string(), z.number()]),
      status: z.enum(["open", "paid"]),
    });
    const order = types.from(schema);
    expectTypeOf<types.Infer<typeof order>>().toEqualTypeOf<Order>();
    expect(String(order)).toBe(ORDER.replace("ID", "int32"));
    checkRecord({ id: 1, total: 2.5, coupon: null, tags: [], at: ["x", 1], status: "open" }, order);
  });

  test("[J1] valibot", () => {
    const schema = v.object({
      id: v.pipe(v.number(), v.integer()),
      total: v.number(),
      note: v.optional(v.string()),
      coupon: v.nullable(v.string()),
      tags: v.array(v.string()),
      at: v.tuple([v.string(), v.number()]),
      status: v.picklist(["open", "paid"]),
    });
    const order = types.from(toStandardJsonSchema(schema));
    expectTypeOf<types.Infer<typeof order>>().toEqualTypeOf<Order>();
    expect(String(order)).toBe(ORDER.replace("ID", "float64"));
  });

  test("[J1] arktype, which sorts the names", () => {
    const schema = type({
      id: "-2147483648<=number.integer<=2147483647",
      total: "number",
      "note?": "string | undefined",
      coupon: "string | null",
      tags: "string[]",
      at: ["string", "number"],
      status: "'open' | 'paid'",
    });
    const order = types.from(schema.omit("note"));
    expectTypeOf<types.Infer<typeof order>>().toEqualTypeOf<Omit<Order, "note">>();
    expect(String(order)).toBe(
      'row<at: tuple<string, float64>, coupon: string?, id: int32, status: enum<"open", "paid">, tags: array<string>, total: float64>',
    );
  });
});

test("[J1] what the standard defines is what types.from takes", () => {
  expectTypeOf<StandardJSONSchemaV1<unknown, Order>>().toExtend<StandardJsonSchema<Order>>();
});

describe("unions", () => {
  const variant = 'variant<kind, "a": row<x: float64> | "b": row<y?: string>>';

  test("[J4] objects that differ in a tag are a variant", () => {
    const a = z.object({ kind: z.literal("a"), x: z.number() });
    const b = z.object({ kind: z.literal("b"), y: z.string().optional() });
    expect(String(types.from(z.discriminatedUnion("kind", [a, b])))).toBe(variant);
    const va = v.object({ kind: v.literal("a"), x: v.number() });
    const vb = v.object({ kind: v.literal("b"), y: v.optional(v.string()) });
    expect(String(types.from(toStandardJsonSchema(v.variant("kind", [va, vb]))))).toBe(variant);
    expect(String(types.from(type({ kind: "'a'", x: "number" }).or({ kind: "'b'", "y?": "string" })))).toBe(variant);
  });

  test("[J4] one type or null is nullable, numbers are float64, other unions are any", () => {
    expect(String(types.from(z.union([z.string(), z.null()])))).toBe("string?");
    expect(String(types.from(z.union([z.int32(), z.number()])))).toBe("float64");
    expect(String(types.from(z.union([z.string(), z.number()])))).toBe("any");
    expect(String(types.from(z.union([z.enum(["a"]), z.enum(["b", "a"])])))).toBe('enum<"a", "b">');
    expect(textOf({ type: ["integer", "null"], minimum: 0, maximum: 9 })).toBe("int32?");
    expect(textOf({ enum: ["a", null] })).toBe('enum<"a">?');
    expect(textOf({ enum: [1, 2] })).toBe("float64");
    expect(textOf({ enum: [1, "a"] })).toBe("any");
  });
});

test("[J2] integers are int32 only when they are bounded by it, since any other may be larger", () => {
  expect(String(types.from(z.int()))).toBe("float64");
  expect(String(types.from(z.int().min(0).max(100)))).toBe("int32");
  expect(textOf({ type: "integer", minimum: 0, maximum: 2 ** 31 })).toBe("float64");
});

test("[J3] dictionaries, open tuples and schemas that allow anything are any", () => {
  expect(String(types.from(z.record(z.string(), z.number())))).toBe("any");
  expect(String(types.from(z.unknown()))).toBe("any");
  expect(String(types.from(z.tuple([z.string()]).rest(z.number())))).toBe("array<any>");
  expect(textOf({ type: "object" })).toBe("any");
  expect(textOf({ type: "array" })).toBe("array<any>");
});

test("[J5] references are followed; recursion is any", () => {
  const Node = z.object({
    value: z.number(),
    get next() {
      return Node.nullable();
    },
  });
  expect(String(types.from(Node))).toBe("row<value: float64, next: row<value: float64, next: any>?>");
  const defs = { $defs: { "a/b": { type: "string" } }, type: "object", required: ["x"] };
  expect(textOf({ ...defs, properties: { x: { $ref: "#/$defs/a~1b" } } })).toBe("row<x: string>");
});

test("[J6] all of several objects are one object", () => {
  const a = { type: "object", properties: { x: { type: "number" } }, required: ["x"] };
  const b = { type: "object", properties: { y: { type: "string" } } };
  expect(textOf({ allOf: [a, b] })).toBe("row<x: float64, y?: string>");
  expect(textOf({ allOf: [a, { type: "string" }] })).toBe("any");
});

test("[J7] draft 7 tuples", () => {
  const items = [{ type: "string" }, { type: "number" }];
  expect(textOf({ type: "array", items, additionalItems: false, minItems: 2 })).toBe("tuple<string, float64>");
});

test("[J8] what cannot be expressed is an error that says where or why", () => {
  expect(() => types.from(z.object({ at: z.date() }))).toThrow(/zod cannot express .*UNSUPPORTED_TYPE/);
  expect(() => types.from(z.object({ at: z.bigint() }))).toThrow(/types\.int64/);
  expect(() => types.from({} as never)).toThrow(/does not implement Standard JSON Schema/);
  const bad = { type: "object", properties: { a: { type: "array", items: { type: "function" } } } };
  expect(() => textOf(bad)).toThrow(/field a\.\[\]/);
  expect(() => textOf({ type: "object", properties: { a: { $ref: "#/$defs/none" } } })).toThrow(/leads nowhere/);
  expect(() => textOf({ $ref: "https://example.org/schema" })).toThrow(/leads nowhere/);
});
