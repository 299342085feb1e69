import { describe, expect, test } from "vitest";
import { z } from "zod";
import { types } from "../src/index.js";

/** The builders as plain JavaScript sees them. */
const builders = types as unknown as Record<string, (...args: unknown[]) => unknown>;

describe("[TI1] arguments that the compiler would refuse", () => {
  test.each<[situation: string, builder: string, args: unknown[], message: string]>([
    [
      "elements of a tuple in an array",
      "tuple",
      [[types.string, types.int32]],
      "Give the types one by one: types.tuple(a, b)",
    ],
    ["no element type", "array", [], "The element of types.array is undefined"],
    ["the name of a type", "nullable", ["string"], 'The inner type of types.nullable is "string"'],
    [
      "a builder that was not called",
      "row",
      [{ price: types.decimal }],
      'The field "price" of types.row is a function',
    ],
    ["a schema of another library", "row", [{ name: z.string() }], "types.from(schema)"],
    ["a misspelled type", "row", [{ id: builders.integer }], 'The field "id" of types.row is undefined'],
    ["a row that is a type already", "row", [types.row({ id: types.int32 })], "was given the type row<id: int32>"],
    ["a row of nothing", "row", [null], "types.row was given null"],
    ["a map without the type of its values", "map", [types.string], "The value of types.map is undefined"],
    ["a case that is no type", "variant", ["kind", { circle: {} }], 'The case "circle" of types.variant is {}'],
    ["strings of an enum in an array", "enum", [["a", "b"]], "types.enum(...values)"],
    ["an enum with a string twice", "enum", ["a", "b", "a"], "different strings"],
  ])("%s", (_situation, builder, args, message) => {
    const call = (): unknown => builders[builder]!(...args);
    expect(call).toThrow(message);
    expect(call).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });

  test.each(["tuple", "array", "nullable", "optional"])(
    "an optional type inside of %s, which has no absent values",
    (builder) => {
      const call = (): unknown => builders[builder]!(types.optional(types.string));
      expect(call).toThrow(expect.objectContaining({ code: "UNSUPPORTED_TYPE" }));
    },
  );
});
