import fc from "fast-check";
import { Decimal } from "../src/index.js";

/** The run settings of every random test: `FUZZ_SEED` replays a printed seed, `FUZZ_COUNT` multiplies the number of runs. */
export function runs(numRuns: number): fc.Parameters<unknown> {
  const seed = process.env.FUZZ_SEED;
  const factor = Number(process.env.FUZZ_COUNT ?? 1);
  return { numRuns: numRuns * factor, ...(seed === undefined ? {} : { seed: Number(seed) }) };
}

export const anyNumber: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 2 ** 53, -(2 ** 53), 5e-324, 1.7976931348623157e308, 1, -1),
  fc.integer(),
  fc.double(),
);

/** Strings of any code units: lone surrogates, pairs, zeros, Latin-1, and plain ASCII. */
export const anyString: fc.Arbitrary<string> = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc
    .array(fc.constantFrom(0, 1, 0x41, 0x7f, 0x80, 0xff, 0x100, 0x7ff, 0x800, 0xd83d, 0xde00, 0xfffe, 0xffff))
    .map((units) => String.fromCharCode(...units)),
);

export const anyBigint: fc.Arbitrary<bigint> = fc.oneof(
  fc.constantFrom(0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 63n, -(2n ** 63n) - 1n, 2n ** 64n),
  fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }),
  fc.bigInt({ min: -100n, max: 100n }),
);

export const anyDate: fc.Arbitrary<Date> = fc.oneof(fc.constant(new Date(NaN)), fc.date());

export const anyBytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 8 }),
  fc.array(fc.constantFrom(0, 1, 254, 255), { maxLength: 6 }).map((bytes) => Uint8Array.from(bytes)),
);

export const anyDecimal: fc.Arbitrary<Decimal> = fc
  .tuple(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), fc.integer({ min: 0, max: 6 }))
  .map(([unscaled, scale]) => new Decimal(unscaled, scale));

export const anyName: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom("a", "b", "c", "", "__proto__", "constructor", "a\u0000", "ab", "\uffff", '"];process.exit()//'),
  fc.string({ maxLength: 3 }),
);

/** Any value that a record may hold, nested at most three levels. Small ranges are frequent, so that equal values occur. */
export const anyValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown; leaf: unknown }>((tie) => ({
  leaf: fc.oneof(
    fc.constantFrom(null, true, false, 0, 1, "", "a", 1n),
    anyNumber,
    anyString,
    anyBigint,
    anyDate,
    anyBytes,
    anyDecimal,
  ),
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    tie("leaf"),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.array(fc.tuple(anyName, tie("value")), { maxLength: 3 }).map(rowOf),
    fc.array(fc.tuple(tie("leaf"), tie("value")), { maxLength: 3 }).map((entries) => new Map(entries)),
  ),
})).value;

/** Makes a row of name-value pairs; the field `__proto__` becomes an own field. */
export function rowOf(entries: readonly (readonly [string, unknown])[]): object {
  const row = {};
  for (const [name, value] of entries) {
    Object.defineProperty(row, name, { value, writable: true, enumerable: true, configurable: true });
  }
  return row;
}

/** A value and one that differs from it a little or not at all. */
export const similarValues: fc.Arbitrary<readonly [unknown, unknown]> = fc.oneof(
  fc.tuple(anyValue, anyValue),
  anyValue.map((value) => [value, structuredCloneOfData(value)] as const),
  fc.tuple(anyString, anyString),
  fc.tuple(anyNumber, anyNumber),
  fc.tuple(anyBigint, anyBigint),
  fc.tuple(anyDecimal, anyDecimal),
);

function structuredCloneOfData(value: unknown): unknown {
  if (value instanceof Decimal) return new Decimal(value.unscaled * 10n, value.scale + 1);
  if (Array.isArray(value)) return value.map(structuredCloneOfData);
  if (value instanceof Map) return new Map([...value].reverse());
  if (value instanceof Date || value instanceof Uint8Array || value === null || typeof value !== "object") return value;
  return rowOf(
    Object.entries(value)
      .reverse()
      .map(([name, item]) => [name, structuredCloneOfData(item)]),
  );
}
