/**
 * The data that the key programs run on. Every record carries, beside its key, the label of its class of equal keys and the
 * rank of that class in the order of keys. So expectations are stated by labels and ranks, never by comparing keys, and a
 * mistake in how keys compare cannot hide in the expectation.
 */
import { col, Decimal, type TypeInformation, types } from "@millrace/core";
import type { KeyKind } from "../../key-kind.js";

/** Is what a key program knows of a record, wherever the record keeps it. */
export interface Labelled {
  /** Names the class of equal keys. */
  readonly label: string;
  /** The place of the class in the order of keys; ranks of different classes differ. */
  readonly rank: number;
  /** The record's own number, unique in its subject. */
  readonly n: number;
}

/** Is one set of records with keys, and how to name the key. */
export interface KeySubject {
  readonly title: string;
  readonly kinds: readonly KeyKind[];
  readonly records: readonly unknown[];
  readonly type: TypeInformation<unknown> | undefined;
  /** What is given to `groupBy`, `where`, `distinct` and the partitionings. */
  readonly keys: readonly unknown[];
  /** Reads what is known of a record. It travels with the functions that use it. */
  readonly read: (record: never) => Labelled;
  /** The labels whose keys are null in some part: they are a group, and match nothing in a join. */
  readonly nullLabels: readonly string[];
  /** Whether the key is one part, which orders and custom partitionings need. */
  readonly isSinglePart: boolean;
}

type KeyClass = readonly [label: string, ...values: readonly unknown[]];

/** The classes of equal keys of each kind of values, in the order of keys. */
const CLASSES: readonly { readonly title: string; readonly kind: KeyKind; readonly classes: readonly KeyClass[] }[] = [
  {
    title: "integers",
    kind: "integer",
    classes: [
      ["least", -2147483648],
      ["minus one", -1, -1],
      ["zero", 0],
      ["seven", 7, 7, 7],
      ["greatest", 2147483647],
    ],
  },
  {
    title: "floating-point numbers",
    kind: "float",
    classes: [
      ["minus infinity", Number.NEGATIVE_INFINITY],
      ["negative", -1.5, -1.5],
      ["zero", 0, -0, 0, -0],
      ["tiny", Number.MIN_VALUE],
      ["three tenths", 0.3],
      ["a bit more than three tenths", 0.1 + 0.2],
      ["2^53", 2 ** 53],
      ["infinity", Number.POSITIVE_INFINITY],
      ["not a number", Number.NaN, Number.NaN],
    ],
  },
  {
    title: "bigints",
    kind: "bigint",
    classes: [
      ["least", -(2n ** 63n)],
      ["minus one", -1n],
      ["zero", 0n, 0n],
      ["2^53", 2n ** 53n],
      ["2^53 + 1", 2n ** 53n + 1n, 2n ** 53n + 1n],
      ["greatest", 2n ** 63n - 1n],
    ],
  },
  {
    title: "booleans",
    kind: "boolean",
    classes: [
      ["no", false, false, false],
      ["yes", true, true],
    ],
  },
  {
    title: "strings",
    kind: "string",
    classes: [
      ["empty", "", ""],
      ["control", "\u0000"],
      ["capital", "A"],
      ["small", "a", "a"],
      ["longer", "aa"],
      ["decomposed", "e\u0301"],
      ["composed", "\u00e9"],
      ["high surrogate", "\ud800", "\ud800"],
      ["emoji", "\u{1f600}", "\u{1f600}"],
      ["low surrogate", "\udfff"],
      ["last of the plane", "\uffff"],
    ],
  },
  {
    title: "dates",
    kind: "timestamp",
    classes: [
      ["before the epoch", new Date(-1)],
      ["epoch", new Date(0), new Date(0)],
      ["later", new Date(1_700_000_000_000), new Date(1_700_000_000_000)],
      ["a millisecond later", new Date(1_700_000_000_001)],
      ["invalid", new Date(Number.NaN), new Date(Number.NaN)],
    ],
  },
  {
    title: "bytes",
    kind: "bytes",
    classes: [
      ["none", Uint8Array.of(), Uint8Array.of()],
      ["zero", Uint8Array.of(0)],
      ["zero one", Uint8Array.of(0, 1), Uint8Array.of(0, 1)],
      ["one", Uint8Array.of(1)],
      ["all bits", Uint8Array.of(255)],
    ],
  },
  {
    title: "decimals",
    kind: "decimal",
    classes: [
      ["negative", Decimal.of("-1.5")],
      ["zero", Decimal.of("0"), Decimal.of("0.00")],
      ["one and a half", Decimal.of("1.5"), Decimal.of("1.50")],
      ["two", Decimal.of("2")],
    ],
  },
  { title: "nothing but nulls", kind: "null", classes: [["null", null, undefined, null]] },
  {
    title: "strings and nulls",
    kind: "nullable",
    classes: [
      ["null", null, undefined],
      ["a", "a", "a"],
      ["b", "b"],
    ],
  },
  {
    title: "arrays",
    kind: "array",
    classes: [
      ["none", [], []],
      ["one", [1]],
      ["one two", [1, 2], [1, 2]],
      ["two", [2]],
    ],
  },
  {
    title: "rows",
    kind: "row",
    classes: [
      ["b alone", { b: "x" }, { a: null, b: "x" }],
      ["a alone", { a: 1 }, { a: 1, b: undefined }],
      ["both", { a: 1, b: "x" }, { b: "x", a: 1 }],
    ],
  },
  {
    title: "values of many kinds in one field",
    kind: "mixed",
    classes: [
      ["null", null],
      ["true", true],
      ["number 1", 1, 1],
      ["bigint 1", 1n],
      ["decimal 1", Decimal.of("1")],
      ["text 1", "1", "1"],
      ["date", new Date(1)],
      ["bytes", Uint8Array.of(1)],
      ["array", [1]],
      ["row", { x: 1 }],
    ],
  },
];

interface KeyedRow extends Labelled {
  readonly k: unknown;
}

/** Makes one row per value: classes in a scrambled order, so that no operator finds them sorted or grouped. */
function rowsOf(classes: readonly KeyClass[]): KeyedRow[] {
  const rows = classes.flatMap(([label, ...values], rank) => values.map((k) => ({ k, label, rank })));
  const stride = [7, 5, 3, 1].find((step) => rows.length % step !== 0) ?? 1;
  return rows.map((_, i) => ({ ...rows[(i * stride) % rows.length]!, n: i }));
}

function readRow({ label, rank, n }: KeyedRow): Labelled {
  return { label, rank, n };
}

const valueSubjects: readonly KeySubject[] = CLASSES.map(({ title, kind, classes }) => ({
  title,
  kinds: [kind, "field"],
  records: rowsOf(classes),
  type: undefined,
  keys: ["k"],
  read: readRow,
  nullLabels: classes.some(([label]) => label === "null") ? ["null"] : [],
  isSinglePart: true,
}));

const enumClasses: readonly KeyClass[] = [
  ["low", "low", "low"],
  ["middle", "middle"],
  ["high", "high", "high"],
];

const enumSubject: KeySubject = {
  title: "a declared enum, which orders by its list",
  kinds: ["enum", "field"],
  records: rowsOf(enumClasses),
  type: types.row({
    k: types.enum("low", "middle", "high"),
    label: types.string,
    rank: types.int32,
    n: types.int32,
  }),
  keys: ["k"],
  read: readRow,
  nullLabels: [],
  isSinglePart: true,
};

/** Plain keys, for the subjects that show how a key is named. */
const plainRows = rowsOf([
  ["1", 1, 1],
  ["2", 2],
  ["3", 3, 3, 3],
  ["4", 4],
]) as (KeyedRow & { readonly k: number })[];

/** Keys of two parts: the second decides within the first. */
const pairRows = rowsOf([
  ["1a", [1, "a"], [1, "a"]],
  ["1b", [1, "b"]],
  ["2a", [2, "a"], [2, "a"]],
  ["2b", [2, "b"]],
]).map(({ k, ...rest }) => {
  const [first, second] = k as [number, string];
  return { first, second, ...rest };
});

const plain = { type: undefined, nullLabels: [], isSinglePart: true } as const;

const namingSubjects: readonly KeySubject[] = [
  {
    ...plain,
    title: "a position",
    kinds: ["position"],
    records: plainRows.map(({ k, label, rank, n }) => [label, k, rank, n]),
    keys: [1],
    read: ([label, , rank, n]: [string, number, number, number]) => ({ label, rank, n }),
  },
  {
    ...plain,
    title: "a nested path",
    kinds: ["nested path"],
    records: plainRows.map(({ k, label, rank, n }) => ({ outer: { inner: { k }, label }, rank, n })),
    keys: ["outer.inner.k"],
    read: ({ outer, rank, n }: { outer: { label: string }; rank: number; n: number }) => ({
      label: outer.label,
      rank,
      n,
    }),
  },
  {
    ...plain,
    title: "a path through a tuple",
    kinds: ["nested path"],
    records: plainRows.map(({ k, label, rank, n }) => ({ pair: [label, { k }], rank, n })),
    keys: ["pair.1.k"],
    read: ({ pair, rank, n }: { pair: [string]; rank: number; n: number }) => ({ label: pair[0], rank, n }),
  },
  {
    ...plain,
    title: "a selector",
    kinds: ["selector"],
    records: plainRows,
    keys: [(row: { k: number }) => row.k * 2],
    read: readRow,
  },
  {
    ...plain,
    title: "a selector that returns a tuple",
    kinds: ["tuple selector"],
    records: pairRows,
    keys: [(row: { first: number; second: string }) => [row.first, row.second]],
    read: readRow as KeySubject["read"],
  },
  {
    ...plain,
    title: "a selector that returns a row",
    kinds: ["selector", "row"],
    records: pairRows,
    keys: [(row: { first: number; second: string }) => ({ first: row.first, second: row.second })],
    read: readRow as KeySubject["read"],
  },
  {
    ...plain,
    title: "several fields",
    kinds: ["several fields", "field"],
    records: pairRows,
    keys: ["first", "second"],
    read: readRow as KeySubject["read"],
    isSinglePart: false,
  },
  {
    ...plain,
    title: "a field and a selector",
    kinds: ["several fields", "field", "selector"],
    records: pairRows,
    keys: ["first", (row: { second: string }) => row.second],
    read: readRow as KeySubject["read"],
    isSinglePart: false,
  },
  {
    ...plain,
    title: "an expression",
    kinds: ["expression"],
    records: plainRows,
    keys: [col("k").times(-3).negate()],
    read: readRow,
  },
  {
    ...plain,
    title: "a field and an expression",
    kinds: ["several fields", "field", "expression"],
    records: pairRows,
    keys: ["first", col("second").lower()],
    read: readRow as KeySubject["read"],
    isSinglePart: false,
  },
  {
    ...plain,
    title: "the whole record, scalars",
    kinds: ["whole record"],
    records: plainRows.map(({ k }) => k),
    keys: ["*"],
    read: (k: number) => ({ label: String(k), rank: k - 1, n: k }),
  },
  {
    ...plain,
    title: "the whole record, tuples",
    kinds: ["whole record"],
    records: pairRows.map(({ first, second, rank }) => [first, second, rank]),
    keys: ["*"],
    read: ([first, second, rank]: [number, string, number]) => ({ label: `${first}${second}`, rank, n: rank }),
  },
];

const allEqual = rowsOf([["same", 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5]]);

const shapeSubjects: readonly KeySubject[] = [
  { ...plain, title: "an empty input", kinds: ["field"], records: [], keys: ["k"], read: readRow },
  { ...plain, title: "one record", kinds: ["field"], records: rowsOf([["only", 1]]), keys: ["k"], read: readRow },
  { ...plain, title: "all keys equal", kinds: ["field"], records: allEqual, keys: ["k"], read: readRow },
  {
    ...plain,
    title: "every record many times",
    kinds: ["field"],
    records: allEqual
      .concat(allEqual, plainRows, plainRows, plainRows)
      .map((row) => ({ ...row, label: String(row.k) })),
    keys: ["k"],
    read: ({ k, n }: { k: number; n: number }) => ({ label: String(k), rank: k, n }),
  },
  {
    ...plain,
    title: "more keys than partitions",
    kinds: ["field"],
    records: rowsOf(Array.from({ length: 200 }, (_, i): KeyClass => [`key ${i}`, i, i])),
    keys: ["k"],
    read: readRow,
  },
];

/** Lists the subjects of the key programs. */
export const keySubjects: readonly KeySubject[] = [
  ...valueSubjects,
  enumSubject,

  ...namingSubjects,
  ...shapeSubjects,
];
