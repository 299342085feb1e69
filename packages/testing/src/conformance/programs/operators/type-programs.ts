import { Decimal, type TypeInformation, types } from "@millrace/core";
import { count, max, min, sum } from "@millrace/dataset";
import { bag, law, orderedByKey } from "../../expectation.js";
import { type ConformanceProgram, program } from "../../program.js";
import { integers } from "../integers.js";

/** A version such as 1.10: a class of the user's own, with an order of its own. */
class Version {
  readonly major: number;
  readonly minor: number;

  constructor(major: number, minor: number) {
    this.major = major;
    this.minor = minor;
  }

  isAfter(other: Version): boolean {
    return this.major > other.major || (this.major === other.major && this.minor > other.minor);
  }
}

const versionType: TypeInformation<Version> = types.custom("conformance.Version", {
  serialize: ({ major, minor }: Version) => Uint8Array.of(major, minor),
  deserialize: (bytes: Uint8Array) => new Version(bytes[0]!, bytes[1]!),
  keyBytes: ({ major, minor }: Version) => Uint8Array.of(major, minor),
  isInstance: (value: unknown) => value instanceof Version,
});

interface Release {
  readonly version: Version;
  readonly n: number;
}

const releaseType: TypeInformation<Release> = types.row({ version: versionType, n: types.int32 });
const releases: readonly Release[] = [
  { version: new Version(1, 10), n: 1 },
  { version: new Version(1, 9), n: 2 },
  { version: new Version(2, 0), n: 3 },
  { version: new Version(1, 10), n: 4 },
];

/** One declared type with a value of every kind. */
const everything = types.row({
  flag: types.boolean,
  small: types.int32,
  large: types.int64,
  real: types.float64,
  text: types.string,
  time: types.timestamp,
  raw: types.bytes,
  price: types.decimal(10, 2),
  pair: types.tuple(types.int32, types.string),
  list: types.array(types.nullable(types.int32)),
  lookup: types.map(types.string, types.float64),
  maybe: types.nullable(types.string),
  absent: types.optional(types.string),
  grade: types.enum("low", "high"),
  shape: types.variant("kind", {
    circle: types.row({ radius: types.float64 }),
    square: types.row({ side: types.float64 }),
  }),
  free: types.any,
});
type Everything = types.Infer<typeof everything>;

function every(n: number): Everything {
  return {
    flag: n % 2 === 0,
    small: n - 5,
    large: BigInt(n) * 2n ** 55n,
    real: n === 3 ? Number.NaN : n / 7,
    text: `text ${n} \ud83d\ude00`,
    time: new Date(n * 1_000_000_000),
    raw: Uint8Array.of(n, 0, 255),
    price: Decimal.of(`${n}.50`),
    pair: [n, `p${n}`],
    list: n === 4 ? [] : [n, null, -n],
    lookup: new Map([[`k${n}`, n / 2]]),
    maybe: n % 3 === 0 ? null : `m${n}`,
    ...(n % 2 === 0 ? {} : { absent: `a${n}` }),
    grade: n > 4 ? "high" : "low",
    shape: n % 2 === 0 ? { kind: "circle", radius: n } : { kind: "square", side: n },
    free: n % 2 === 0 ? { deep: [n] } : `free ${n}`,
  };
}

const records = integers(1, 8).map(every);

export const typePrograms: readonly ConformanceProgram[] = [
  program("types/records of every declared kind survive every way of moving them", {
    covers: ["B061", "B170", "B171", "B172", "B173", "B176", "B178"],
    operators: ["rebalance", "partitionByHash", "groupBy", "reduceGroup", "orderBy", "union"],
    keyKinds: ["field"],
    build: (env) => {
      const data = env.fromCollection(records, everything);
      return data
        .rebalance()
        .partitionByHash("text")
        .groupBy("grade")
        .reduceGroup((group) => [...group])
        .returns(everything)
        .union(data.orderBy("real", "descending"))
        .union(data.map((record) => record).returns(everything));
    },
    expected: bag([...records, ...records, ...records]),
  }),
  program("types/records of every kind survive without a declaration", {
    covers: ["B172", "B178"],
    operators: ["rebalance", "groupBy", "reduceGroup", "join"],
    keyKinds: ["field"],
    build: (env) => {
      const data = env.fromCollection(records).rebalance();
      return data
        .join(data.groupBy("small").reduceGroup((group) => [...group]))
        .where("text")
        .equalTo("text")
        .with((_l, r) => r);
    },
    expected: bag(records),
  }),
  program("types/declared and undeclared records of equal keys meet", {
    covers: ["B172"],
    operators: ["join"],
    keyKinds: ["field", "enum", "decimal", "timestamp"],
    build: (env) => {
      const declared = env.fromCollection(records, everything);
      const plain = env.fromCollection(
        records.map(({ grade, price, time }) => ({ grade: String(grade), price, time })),
      );
      return declared
        .join(plain)
        .where("grade", "price", "time")
        .equalTo("grade", "price", "time")
        .with((l) => l.small);
    },
    expected: bag(integers(-4, 3)),
  }),
  program("types/a custom type keeps its class", {
    covers: ["B174"],
    operators: ["rebalance", "filter", "map"],
    build: (env) =>
      env
        .fromCollection(releases, releaseType)
        .rebalance()
        .filter(({ version }) => version.isAfter(new Version(1, 9)))
        .map(({ version, n }) => `${version.major}.${version.minor} ${n}`),
    expected: bag(["1.10 1", "2.0 3", "1.10 4"]),
  }),
  program("types/a custom type as a key", {
    covers: ["B174", "B084"],
    operators: ["groupBy", "reduceGroup"],
    keyKinds: ["field"],
    build: (env) =>
      env
        .fromCollection(releases, releaseType)
        .rebalance()
        .groupBy("version")
        .reduceGroup((group) => [[...group].map(({ n }) => n).sort((a, b) => a - b)]),
    expected: bag([[1, 4], [2], [3]]),
  }),
  program("types/a custom type in its own order", {
    covers: ["B174", "B086"],
    operators: ["orderBy"],
    keyKinds: ["field"],
    build: (env) =>
      env
        .fromCollection(releases, releaseType)
        .rebalance()
        .orderBy("version", "ascending")
        .map(({ version }) => version.major * 100 + version.minor),
    expected: orderedByKey([109, 110, 110, 200], (version) => version),
  }),
  program("types/decimals add up exactly", {
    covers: ["B028"],
    operators: ["aggregate"],
    build: (env) =>
      env
        .fromCollection(
          integers(1, 10).map(() => ({ price: Decimal.of("0.10") })),
          types.row({ price: types.decimal(10, 2) }),
        )
        .rebalance()
        .aggregate({ total: sum("price" as never), least: min("price"), prices: count() })
        .map(({ total, least, prices }) => `${String(total)} ${String(least)} ${prices}`),
    expected: bag(["1.00 0.10 10"]),
  }),
  program("types/least and greatest of a declared enum are those of its list", {
    covers: ["B028", "B176"],
    operators: ["aggregate", "minBy", "maxBy"],
    keyKinds: ["enum"],
    build: async (env) => {
      const type = types.row({ size: types.enum("small", "medium", "large") });
      const sizes = env.fromCollection<{ size: "small" | "medium" | "large" }>(
        [{ size: "medium" }, { size: "large" }, { size: "small" }, { size: "medium" }],
        type,
      );
      const [extremes] = await sizes.aggregate({ least: min("size"), greatest: max("size") }).collect();
      const [least] = await sizes.minBy("size").collect();
      const [greatest] = await sizes.maxBy("size").collect();
      return [extremes!.least, extremes!.greatest, least!.size, greatest!.size];
    },
    expected: law("small is least, large is greatest", (found: readonly string[]) =>
      found.join() === "small,large,small,large" ? undefined : `they are ${found.join()}`,
    ),
  }),
];
