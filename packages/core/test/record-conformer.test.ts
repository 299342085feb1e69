import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isMillraceError, normalizeRecord, recordConformer, type TypeInformation, types } from "../src/index.js";
import { typedValues } from "./random-types.js";
import { anyValue, runs } from "./random-values.js";
import { expectSame } from "./same-data.js";

/** What conforming gives, or the whole message of why it does not. */
function outcome(conform: () => unknown): unknown {
  try {
    return { value: conform() };
  } catch (error) {
    if (!isMillraceError(error)) throw error;
    return { message: error.message };
  }
}

test("[R9] [R11] [R12] the generated conformer gives the copies that the interpreter gives", () => {
  fc.assert(
    fc.property(typedValues(3), ({ type, values }) => {
      const conform = recordConformer(type, { code: "generated" });
      for (const value of values) expectSame(conform(value), normalizeRecord(value, type));
    }),
    runs(300),
  );
});

test("[R10] and refuses what the interpreter refuses, in its words", () => {
  fc.assert(
    fc.property(typedValues(1), anyValue, ({ type }, value) => {
      const conform = recordConformer(type, { code: "generated" });
      expectSame(
        outcome(() => conform(value)),
        outcome(() => normalizeRecord(value, type)),
      );
    }),
    runs(300),
  );
});

describe("records that are not plain objects", () => {
  class Named {
    id = 1;
    get name() {
      return "inherited";
    }
  }
  const type = types.row({ id: types.int32, name: types.optional(types.string) }) as TypeInformation<unknown>;
  const hidden = types.row({
    constructor: types.string,
    toString: types.optional(types.int32),
  }) as TypeInformation<unknown>;

  test.each<readonly [string, TypeInformation<unknown>, unknown]>([
    ["an instance of a class", type, new Named()],
    ["an object without prototype", type, Object.assign(Object.create(null), { id: 1, name: "x" })],
    ["an object that inherits a field", type, Object.create({ id: 1 })],
    ["fields named like what objects inherit", hidden, { constructor: "x" }],
    ["such fields that are absent", hidden, {}],
    ["a negative zero", types.int32 as TypeInformation<unknown>, -0],
    ["an array with a hole", types.array(types.nullable(types.int32)) as TypeInformation<unknown>, new Array(2)],
  ])("%s", (_name, each, value) => {
    const conform = recordConformer(each, { code: "generated" });
    expectSame(
      outcome(() => conform(value)),
      outcome(() => normalizeRecord(value, each)),
    );
  });

  test("the copy shares nothing with the record", () => {
    const nested = types.row({ list: types.array(types.row({ at: types.timestamp })), bytes: types.bytes });
    const record = { list: [{ at: new Date(5) }], bytes: Uint8Array.of(1) };
    const copy = recordConformer(nested as TypeInformation<unknown>)(record) as typeof record;
    expect(copy).toEqual(record);
    expect([
      copy.list === record.list,
      copy.list[0] === record.list[0],
      copy.list[0]?.at === record.list[0]?.at,
    ]).toEqual([false, false, false]);
    expect(copy.bytes).not.toBe(record.bytes);
  });
});
