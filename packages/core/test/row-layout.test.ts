import fc from "fast-check";
import { expect, test } from "vitest";
import { RowLayout, typeFromJson, types, typeToJson } from "../src/index.js";
import { pointType, typedValues } from "./random-types.js";
import { runs } from "./random-values.js";

test("[L10] a type and its JSON form are the same thing", () => {
  fc.assert(
    fc.property(typedValues(0), ({ type }) => {
      const json = JSON.parse(JSON.stringify(typeToJson(type)));
      const copy = typeFromJson(json, [pointType as never]);
      expect(typeToJson(copy)).toEqual(typeToJson(type));
      expect(String(copy)).toBe(String(type));
      expect(RowLayout.fromJson(json, [pointType as never]).id).toBe(RowLayout.of(type).id);
    }),
    runs(500),
  );
});

test("[L10] the id of a layout is fixed", () => {
  expect(RowLayout.of(types.row({ id: types.int32, name: types.nullable(types.string) })).id).toMatchInlineSnapshot(
    `"143579bcff2b2059"`,
  );
  expect(RowLayout.of(types.row({ a: types.int32 })).id).not.toBe(RowLayout.of(types.row({ a: types.float64 })).id);
});

test("[L11] a descriptor from outside is checked", () => {
  const wrong: unknown[] = [
    "int33",
    null,
    5,
    {},
    { row: 5 },
    { row: [["a"]] },
    { row: [[1, "int32"]] },
    { array: "int32", map: [] },
    { map: ["int32"] },
    { custom: "nobody knows" },
    { variant: ["tag", [["a", "int32"]]] },
    { enum: [1] },
    { union: [] },
    JSON.parse(`${'{"array":'.repeat(200)}"int32"${"}".repeat(200)}`),
  ];
  for (const json of wrong) expect(() => typeFromJson(json), JSON.stringify(json)).toThrow(/UNSUPPORTED_TYPE/);
});
