import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_RECORD_DEPTH, MillraceError, normalizeRecord, RecordCopier } from "../src/index.js";
import { anyName, anyValue, runs } from "./random-values.js";

/** Returns what an action gives, or the error that it throws, so that two can be compared. */
function outcome(action: () => unknown): unknown {
  try {
    return { result: action() };
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    return { code: error.code, message: error.message };
  }
}

function fieldNamesOf(value: unknown): readonly string[] {
  return Object.keys(value as object);
}

describe("a place copies records as normalizeRecord does", () => {
  test("[R1] any records, one after the other, some of the same shape and some not", () => {
    const someFields = fc.dictionary(anyName, fc.oneof(anyValue, fc.constant(undefined)), { maxKeys: 4 });
    const refused = fc.constantFrom<unknown>(Symbol.iterator, () => 1, new Set([1]), Promise.resolve(), /x/);
    const records = fc.array(
      fc.oneof(someFields, anyValue, fc.record({ a: anyValue, b: fc.oneof(anyValue, refused) })),
      {
        maxLength: 12,
      },
    );
    fc.assert(
      fc.property(records, (list) => {
        const copier = new RecordCopier();
        // Twice: the second time, the first shapes are known.
        for (const record of [...list, ...list]) {
          const copied = outcome(() => copier.copy(record));
          const expected = outcome(() => normalizeRecord(record));
          expect(copied).toEqual(expected);
          const [copy, other] = [copied, expected].map((each) => (each as { result?: unknown }).result);
          if (typeof copy !== "object" || copy === null) continue;
          expect(fieldNamesOf(copy)).toEqual(fieldNamesOf(other));
          expect(Object.getPrototypeOf(copy)).toBe(Object.getPrototypeOf(other));
          // Only what can never change, a Decimal, is its own copy.
          expect(copy === record).toBe(other === record);
        }
      }),
      runs(500),
    );
  });

  test("[R1] nothing that may change is shared, at any depth", () => {
    const copier = new RecordCopier();
    const make = () => ({ id: 1, inner: { list: [1, 2], date: new Date(5), deeper: { bytes: new Uint8Array([1]) } } });
    copier.copy(make());
    const record = make();
    const copy = copier.copy(record) as typeof record;
    record.inner.list.push(3);
    record.inner.date.setTime(6);
    record.inner.deeper.bytes[0] = 2;
    expect(copy).toEqual(make());
  });

  test("[R2] a known shape says nothing of prototypes, symbols, hidden and inherited fields; getters are read once", () => {
    const copier = new RecordCopier();
    copier.copy({ a: 1 });
    let numReads = 0;
    const odd = [
      Object.assign(Object.create(null), { a: 2 }),
      Object.assign(Object.create({ inherited: 1 }), { a: 3 }),
      Object.defineProperty({ a: 4, [Symbol("s")]: 1 }, "hidden", { value: 1 }),
      Object.defineProperty({}, "a", { enumerable: true, get: () => 5 + numReads++ }),
      new Proxy({ a: 6 }, {}),
    ];
    expect(odd.map((record) => copier.copy(record))).toEqual([{ a: 2 }, { a: 3 }, { a: 4 }, { a: 5 }, { a: 6 }]);
    expect(numReads).toBe(1);
  });

  test("[R3] fields that become absent, in a shape that had them", () => {
    const copier = new RecordCopier();
    copier.copy({ a: 1, b: 2, c: 3 });
    expect(Object.entries(copier.copy({ a: undefined, b: 0, c: undefined }) as object)).toEqual([["b", 0]]);
    expect(Object.keys(copier.copy({ a: 1, b: undefined, c: null }) as object)).toEqual(["a", "c"]);
  });

  test("[R4] a field named __proto__ stays a field in a known shape, also when another is absent", () => {
    const copier = new RecordCopier();
    for (const text of ['{"__proto__": {"x": 1}, "y": 2}', '{"__proto__": {"x": 3}, "y": 4}']) {
      const copy = copier.copy(JSON.parse(text)) as object;
      expect(Object.keys(copy)).toEqual(["__proto__", "y"]);
      expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
      const partly = copier.copy({ ...JSON.parse(text), y: undefined }) as object;
      expect(Object.keys(partly)).toEqual(["__proto__"]);
      expect(Object.getPrototypeOf(partly)).toBe(Object.prototype);
    }
  });

  test("[R7] depth is counted through known shapes", () => {
    const nested = (depth: number): unknown => {
      let value: unknown = 1;
      for (let i = 0; i < depth; i++) value = { inner: value };
      return value;
    };
    const copier = new RecordCopier();
    for (const depth of [5, MAX_RECORD_DEPTH - 1, MAX_RECORD_DEPTH, MAX_RECORD_DEPTH + 1]) {
      const record = nested(depth);
      expect(outcome(() => copier.copy(record))).toEqual(outcome(() => normalizeRecord(record)));
    }
  });

  test("[R1] names that are data: many shapes at one place", () => {
    const copier = new RecordCopier();
    for (let i = 0; i < 50; i++)
      expect(copier.copy({ [`name${i}`]: i, list: [i] })).toEqual({ [`name${i}`]: i, list: [i] });
    const wide = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`field${i}`, i]));
    expect(copier.copy(wide)).toEqual(wide);
    expect(new RecordCopier().copy(wide)).toEqual(wide);
    expect(new RecordCopier().copy({})).toEqual({});
  });

  test("[R1] where code may not be generated", () => {
    const program = `
      const { RecordCopier } = await import(${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)});
      const copier = new RecordCopier();
      console.log(JSON.stringify([copier.copy({ a: 1, b: [2] }), copier.copy({ a: 3, b: undefined })]));
    `;
    const args = ["--disallow-code-generation-from-strings", "--input-type=module", "--eval", program];
    expect(JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }))).toEqual([
      { a: 1, b: [2] },
      { a: 3 },
    ]);
  });
});
