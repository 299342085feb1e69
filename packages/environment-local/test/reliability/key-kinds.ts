/** Kinds of keys with the values that are easily mixed up: each list has every class of equal keys at least once, and some of them in several forms. */
import { canonicalKeyBytes, Decimal, keyText, type TypeInformation, types } from "@millrace/core";

/** Is one kind of keys. */
export interface KeyKind {
  readonly name: string;
  readonly type: TypeInformation<unknown>;
  readonly values: readonly unknown[];
  /** Whether values are what they are only where the type is declared. */
  readonly isDeclaredOnly?: boolean;
}

/** Is a class of a user. As a key, builds of one version are equal. */
export class Version {
  readonly major: number;
  readonly minor: number;
  readonly build: number;

  constructor(major: number, minor: number, build: number) {
    this.major = major;
    this.minor = minor;
    this.build = build;
  }
}

/** Is the type of versions; orders as the row does. */
export const version = types.custom<Version>("test.Version", {
  serialize: ({ major, minor, build }) => new Uint8Array(Int32Array.of(major, minor, build).buffer),
  deserialize: (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new Version(view.getInt32(0, true), view.getInt32(4, true), view.getInt32(8, true));
  },
  keyBytes: ({ major, minor }) => canonicalKeyBytes({ major, minor }),
  isInstance: (value) => value instanceof Version,
});

const INT64 = [-(2n ** 63n), -1n, 0n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n];
const FLOATS = [
  Number.NEGATIVE_INFINITY,
  -1.5,
  -0,
  0,
  5e-324,
  0.3,
  0.1 + 0.2,
  2 ** 53,
  Number.POSITIVE_INFINITY,
  Number.NaN,
];
const STRINGS = [
  "",
  "\0",
  "A",
  "a",
  "aa",
  "e\u0301",
  "\u00e9",
  "\ud800",
  "\u{1f600}",
  "\udfff",
  "\uffff",
  "a long text of the same beginning 1",
  "a long text of the same beginning 2",
];
const BYTES = [[], [0], [0, 0], [0, 1], [1], [255]].map((bytes) => Uint8Array.from(bytes));
const DATES = [-1, 0, 1, 1_700_000_000_000, 8.64e15, Number.NaN].map((ms) => new Date(ms));
const VERSIONS = [new Version(1, 0, 1), new Version(1, 0, 2), new Version(1, 2, 1), new Version(-1, 5, 1)];

/** Has every type that can be a key. */
export const keyKinds: readonly KeyKind[] = [
  { name: "int8", type: types.int32, values: [-128, -1, 0, 1, 127] },
  { name: "int32", type: types.int32, values: [-2147483648, -1, 0, 1, 65_536, 2147483647] },
  { name: "int64", type: types.int64, values: INT64 },
  { name: "bigint of any size", type: types.any, values: [-(2n ** 200n), ...INT64, 2n ** 64n, 2n ** 200n] },
  { name: "float64", type: types.float64, values: FLOATS },
  { name: "boolean", type: types.boolean, values: [true, false] },
  { name: "string", type: types.string, values: STRINGS },
  { name: "bytes", type: types.bytes, values: BYTES },
  { name: "timestamp", type: types.timestamp, values: DATES },
  {
    name: "short decimal",
    type: types.decimal(9, 2),
    values: ["-1.5", "0", "0.00", "1.50", "2"].map((text) => Decimal.of(text)),
  },
  {
    name: "long decimal",
    type: types.decimal(38, 4),
    values: ["-1.5", "0", "12345678901234567890.5", "12345678901234567890.51"].map((text) => Decimal.of(text)),
  },
  { name: "enum", type: types.enum("a", "b", "c", "d"), values: ["a", "b", "c", "d"] },
  { name: "null alone", type: types.nullable(types.int32), values: [null] },
  { name: "nullable int32", type: types.nullable(types.int32), values: [null, -1, 0, 1] },
  { name: "nullable string", type: types.nullable(types.string), values: [null, "", "a", "b"] },
  { name: "nullable bytes", type: types.nullable(types.bytes), values: [null, ...BYTES] },
  { name: "nullable timestamp", type: types.nullable(types.timestamp), values: [null, ...DATES] },
  {
    name: "tuple",
    type: types.tuple(types.int32, types.string),
    values: [
      [1, "a"],
      [1, "b"],
      [2, ""],
      [0, "a"],
    ],
  },
  {
    name: "tuple with nulls",
    type: types.tuple(types.nullable(types.int32), types.nullable(types.string)),
    values: [
      [null, "a"],
      [1, null],
      [null, null],
      [1, "a"],
    ],
  },
  {
    name: "row",
    type: types.row({ a: types.nullable(types.int32), b: types.row({ c: types.string }) }),
    values: [
      { a: null, b: { c: "" } },
      { a: 1, b: { c: "x" } },
      { a: 1, b: { c: "y" } },
    ],
  },
  { name: "array", type: types.array(types.int32), values: [[], [0], [0, 0], [1], [1, 2]] },
  { name: "array of strings", type: types.array(types.string), values: [[], [""], ["", ""], ["a"], ["a", "b"]] },
  {
    name: "map",
    type: types.map(types.string, types.int32),
    values: [
      new Map(),
      new Map([["a", 1]]),
      new Map([
        ["a", 1],
        ["b", 2],
      ]),
      new Map([
        ["b", 2],
        ["a", 1],
      ]),
    ],
  },
  {
    name: "variant",
    type: types.variant("kind", { big: types.row({ n: types.int32 }), small: types.row({ s: types.string }) }),
    values: [
      { kind: "big", n: 1 },
      { kind: "big", n: 2 },
      { kind: "small", s: "1" },
    ],
  },
  { name: "custom", type: version, values: VERSIONS, isDeclaredOnly: true },
  { name: "nullable custom", type: types.nullable(version), values: [null, ...VERSIONS], isDeclaredOnly: true },
  {
    name: "tuple of customs",
    type: types.tuple(version, types.int32),
    values: VERSIONS.flatMap((each) => [
      [each, 1],
      [each, 2],
    ]),
    isDeclaredOnly: true,
  },
  {
    name: "anything",
    type: types.any,
    values: [null, true, 1, 1n, Decimal.of("1"), "1", new Date(1), Uint8Array.of(1), [1], { x: 1 }],
  },
];

/** Returns a text that is equal for equal keys, and tells a version from a row. */
export function textOfKey(key: unknown): string {
  if (key instanceof Version) return `version ${key.major}.${key.minor}`;
  if (Array.isArray(key)) return `[${key.map(textOfKey).join()}]`;
  return keyText(key);
}
