import fc from "fast-check";
import { Decimal, type TypeInformation, types } from "../src/index.js";
import { anyBytes, anyDate, anyName, anyNumber, anyString, anyValue, rowOf } from "./random-values.js";

/** A type and values of it. */
export interface TypedValues {
  readonly type: TypeInformation<unknown>;
  readonly values: readonly unknown[];
}

/** A type of the tests' own: points with a class, ordered by their key bytes. */
export class Point {
  readonly x: number;
  constructor(x: number) {
    this.x = x;
  }
}

export const pointType: TypeInformation<Point> = types.custom<Point>("point", {
  serialize: (point) => Uint8Array.of(point.x & 0xff),
  deserialize: (bytes) => new Point(bytes[0]!),
  keyBytes: (point) => Uint8Array.of(point.x & 0xff),
  isInstance: (value) => value instanceof Point,
});

type ValueArbitrary = fc.Arbitrary<unknown>;
type TypeAndArbitrary = readonly [TypeInformation<unknown>, ValueArbitrary];

const int32 = fc.oneof(fc.constantFrom(0, 1, -1, 2 ** 31 - 1, -(2 ** 31)), fc.integer());
const int64 = fc.oneof(
  fc.constantFrom(0n, 1n, 2n ** 63n - 1n, -(2n ** 63n)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
);

const leaves: readonly TypeAndArbitrary[] = [
  [types.boolean, fc.boolean()],
  [types.int32, int32],
  [types.int64, int64],
  [types.float64, anyNumber],
  [types.string, anyString],
  [types.bytes, anyBytes],
  [types.timestamp, anyDate],
  [types.any, anyValue],
  [types.enum("b", "a", "c"), fc.constantFrom("a", "b", "c")],
  [types.decimal(6, 2), decimals(6, 2)],
  [types.decimal(30, 3), decimals(30, 3)],
  [pointType, fc.nat(255).map((x) => new Point(x))],
];

function decimals(precision: number, scale: number): fc.Arbitrary<Decimal> {
  const limit = 10n ** BigInt(precision) - 1n;
  return fc
    .oneof(fc.constantFrom(0n, limit, -limit), fc.bigInt({ min: -limit, max: limit }))
    .map((unscaled) => new Decimal(unscaled, scale));
}

const leaf: fc.Arbitrary<TypeAndArbitrary> = fc.constantFrom(...leaves);

function nested(depth: number): fc.Arbitrary<TypeAndArbitrary> {
  if (depth === 0) return leaf;
  const inner = nested(depth - 1);
  return fc.oneof(
    { arbitrary: leaf, weight: 3 },
    inner.map(
      ([type, value]): TypeAndArbitrary => [
        types.nullable(type),
        fc.oneof({ arbitrary: value, weight: 3 }, { arbitrary: fc.constant(null), weight: 1 }),
      ],
    ),
    inner.map(([type, value]): TypeAndArbitrary => [types.array(type), fc.array(value, { maxLength: 4 })]),
    leaf.map(([type, value]): TypeAndArbitrary => [types.array(types.nullable(type)), manyOrNull(value)]),
    fc
      .array(inner, { maxLength: 4 })
      .map(
        (parts): TypeAndArbitrary => [
          types.tuple(...parts.map(([type]) => type)),
          fc.tuple(...parts.map(([, value]) => value)),
        ],
      ),
    fc
      .tuple(leaf, inner)
      .map(
        ([[keyType, key], [type, value]]): TypeAndArbitrary => [
          types.map(keyType, type),
          fc.array(fc.tuple(key, value), { maxLength: 3 }).map((entries) => new Map(entries)),
        ],
      ),
    rows(inner),
    fc.tuple(rows(inner), rows(leaf)).map(([[a, valueA], [b, valueB]]): TypeAndArbitrary => {
      const tag = "the tag";
      return [
        types.variant(tag, { a, "b\u2028": b }),
        fc.oneof(
          valueA.map((row) => rowOf([[tag, "a"], ...Object.entries(row as object)])),
          valueB.map((row) => rowOf([[tag, "b\u2028"], ...Object.entries(row as object)])),
        ),
      ];
    }),
  );
}

/** Arrays of up to seventy elements, so that null bits take more than two words. Not nested: a few levels would be millions. */
function manyOrNull(value: ValueArbitrary): ValueArbitrary {
  const element = fc.oneof(value, fc.constant(null));
  return fc.oneof(fc.array(element, { maxLength: 3 }), fc.array(element, { minLength: 60, maxLength: 70 }));
}

function rows(inner: fc.Arbitrary<TypeAndArbitrary>): fc.Arbitrary<TypeAndArbitrary> {
  const field = fc.tuple(anyName, inner, fc.constantFrom("required", "optional", "optional or null"));
  return fc.uniqueArray(field, { selector: ([name]) => name, maxLength: 5 }).map((fields) => {
    const type = types.row(
      rowOf(
        fields.map(([name, [fieldType], presence]) => [
          name,
          presence === "required"
            ? fieldType
            : types.optional(presence === "optional" ? fieldType : types.nullable(fieldType)),
        ]),
      ) as Record<string, TypeInformation<unknown>>,
    );
    const values = fc
      .tuple(
        ...fields.map(([name, [, value], presence]) =>
          fc.tuple(
            fc.constant(name),
            presence === "required"
              ? value
              : fc.oneof(value, fc.constant(undefined), ...(presence === "optional" ? [] : [fc.constant(null)])),
          ),
        ),
      )
      .map((entries) => rowOf(entries.filter(([, value]) => value !== undefined)));
    return [type, values];
  });
}

const typeAndArbitrary: fc.Arbitrary<TypeAndArbitrary> = nested(3);

/** Random types with `numValues` random values of each. */
export function typedValues(numValues: number): fc.Arbitrary<TypedValues> {
  return typeAndArbitrary.chain(([type, value]) =>
    fc.array(value, { minLength: numValues, maxLength: numValues }).map((values) => ({ type, values })),
  );
}

/** Leaf types with `numValues` random values of each, of which neighbours are often equal. */
export function leafValues(numValues: number): fc.Arbitrary<TypedValues> {
  return leaf.chain(([type, value]) =>
    fc.array(value, { minLength: numValues, maxLength: numValues }).map((values) => ({ type, values })),
  );
}
