/** Values whose declared type gives them an order, an equality or a class of their own. */
import { type CustomSerializer, type TypeInformation, types } from "@millrace/core";
import { describe, expect, test } from "vitest";
import { expectError } from "./expect-error.js";
import { col, type Flow, from, grouped, orderOf, type Rec } from "./programs.js";

const size = types.enum("small", "large", "huge");
const shirt = types.row({ id: types.int32, size, spare: types.nullable(size) });
const shirts = (): Flow =>
  from(
    { id: 1, size: "large", spare: null },
    { id: 2, size: "small", spare: "huge" },
    { id: 3, size: "huge", spare: "large" },
  ).returns(shirt);
const ids = (rows: Rec[]) => rows.map((r) => r.id);

describe("[O4] enums order by position", () => {
  test("in sorts, groups, least and greatest, ranges", async () => {
    expect(ids(await shirts().orderBy("size").collect())).toEqual([2, 1, 3]);
    expect(ids(await shirts().orderBy("-spare").collect())).toEqual([2, 3, 1]);
    expect(
      ids(
        await shirts()
          .filter(() => true)
          .sortPartition("-size")
          .collect(),
      ),
    ).toEqual([3, 1, 2]);
    expect(ids(await shirts().selectBy(undefined, "max", "size").collect())).toEqual([3]);
    expect(
      await shirts()
        .summarize(undefined, { least: ["min", "size"], most: ["max", "spare"] })
        .collect(),
    ).toEqual([{ least: "small", most: "huge" }]);
    expect(await shirts().aggregate(undefined, ["max", "size"]).collect()).toMatchObject([{ size: "huge" }]);
    const inOrder = (values: Iterable<Rec>) => [[...values].map((r) => r.id)];
    expect(
      await shirts()
        .groupReduce(grouped(undefined, orderOf("size")), inOrder)
        .collect(),
    ).toEqual([[2, 1, 3]]);
    const ranged = shirts().partition({
      kind: "range",
      ordering: orderOf("size"),
      distribution: { boundary: () => ["large"] },
    });
    expect((await ranged.parallel(2).partitions()).map(ids)).toEqual([[1, 2], [3]]);
  });

  test("also behind projections, unions and pairs", async () => {
    const projected = shirts().project("size", "id").union(shirts().project("size", "id"));
    expect((await projected.orderBy("0").collect()).map((t) => t[1])).toEqual([2, 2, 1, 1, 3, 3]);
    const pairs = shirts().join(shirts(), ["id"], ["id"]);
    expect((await pairs.orderBy("1.size").collect()).map(([s]) => s.id)).toEqual([2, 1, 3]);
  });

  test("also where the key is a column with a name of its own", async () => {
    const named = { kind: "expression", expression: col("size"), name: "s" } as const;
    const ordered = shirts().groupReduce(
      grouped(undefined, [{ key: named, order: "ascending" }]),
      (v: Iterable<Rec>) => [ids([...v])],
    );
    expect(await ordered.collect()).toEqual([[2, 1, 3]]);
  });

  test("but not once a function has made new records", async () => {
    const free = shirts().map((r: Rec) => r);
    expect(ids(await free.orderBy("size").collect())).toEqual([3, 1, 2]);
    expect(ids(await free.returns(shirt).orderBy("size").collect())).toEqual([2, 1, 3]);
  });

  test("and equal the same string from elsewhere", async () => {
    expect(
      await shirts()
        .join(from({ s: "small" }), ["size"], ["s"])
        .collect(),
    ).toHaveLength(1);
  });
});

/** A point on a line, with a hidden coordinate. */
class Point {
  readonly #x: number;
  constructor(x: number) {
    this.#x = x;
  }
  get x(): number {
    return this.#x;
  }
}

const serializer: CustomSerializer<Point> = {
  serialize: (point) => new Uint8Array([point.x]),
  deserialize: (bytes) => new Point(bytes[0] ?? 0),
  keyBytes: (point) => new Uint8Array([255 - point.x]),
  isInstance: (value) => value instanceof Point,
};
const point = types.custom("point", serializer);
const keyless = types.custom("keyless", { ...serializer, keyBytes: undefined } as never as CustomSerializer<Point>);
const pointsOf = (type: TypeInformation<Point>): Flow =>
  from({ n: 1, p: new Point(5) }, { n: 2, p: new Point(7) }, { n: 3, p: new Point(5) }).returns(
    types.row({ n: types.int32, p: type }),
  );
const points = () => pointsOf(point);

describe("[O1, O2, O4] values of a custom type", () => {
  test("keep their class where it is declared, as copies", async () => {
    const original = new Point(9);
    const [only] = await from({ p: original })
      .returns(types.row({ p: point }))
      .collect();
    expect(only.p).toBeInstanceOf(Point);
    expect(only.p).not.toBe(original);
    expect(only.p.x).toBe(9);
  });

  test("reach functions, groups, broadcast sets and pairs with their class", async () => {
    expect(
      await points()
        .map((r: Rec) => r.p.x)
        .collect(),
    ).toEqual([5, 7, 5]);
    const xs = (values: Iterable<Rec>) => [[...values].map((r) => r.p.x)];
    expect(
      await points()
        .groupReduce(grouped(["n"]), xs)
        .collect(),
    ).toEqual([[5], [7], [5]]);
    const seen = from(1).map((_: number, c: Rec) => c.getBroadcastVariable("p")[0].p.x);
    expect(await seen.withBroadcast(points(), "p").collect()).toEqual([5]);
    const pairs = await points().join(points(), ["n"], ["n"]).first(1).collect();
    expect(pairs[0].map((r: Rec) => r.p.x)).toEqual([5, 5]);
    const reduced = await points()
      .reduce(["p"], (a: Rec) => a)
      .collect();
    expect(reduced.map((r) => r.p.x)).toEqual([5, 7]);
    expect((await points().aggregate(["p"], ["sum", "n"]).collect()).map((r) => [r.n, r.p.x])).toEqual([
      [4, 5],
      [2, 7],
    ]);
  });

  test("are keys by their key bytes", async () => {
    for (const parallelism of [1, 3]) {
      const environment = { parallelism };
      expect(await points().distinct("p").collect({ environment })).toHaveLength(2);
      expect(await points().join(points(), ["p"], ["p"]).collect({ environment })).toHaveLength(5);
      const counts = await points()
        .summarize(["p"], { n: ["count"] })
        .collect({ environment });
      expect(counts.map((r) => [r.p.x, r.n]).sort()).toEqual([
        [5, 2],
        [7, 1],
      ]);
    }
    expect((await points().orderBy("p", "n").collect()).map((r) => r.n)).toEqual([2, 1, 3]);
    expect(
      (
        await points()
          .distinct((r: Rec) => r.p)
          .collect()
      ).map((r) => r.n),
    ).toEqual([1, 2]);
  });

  test("are no keys without key bytes", async () => {
    await expectError(pointsOf(keyless).distinct("p").collect(), "INVALID_KEY", { where: { operator: "Distinct" } });
    await expectError(pointsOf(keyless).orderBy("p").collect(), "INVALID_KEY");
  });

  test("are not what another value claims to be", async () => {
    await expectError(
      from({ p: 5 })
        .returns(types.row({ p: point }))
        .collect(),
      "RECORD_TYPE_MISMATCH",
    );
  });
});

test("[O2] the state of an iteration may differ from what it began with", async () => {
  const start = from({ id: 1, rank: 1 }).returns(types.row({ id: types.int32, rank: types.int32 }));
  const loop = start.iterate(2);
  const half = loop.closeWith(loop.map((r: Rec) => ({ id: r.id, rank: r.rank / 2 })));
  expect(await half.project("rank").collect()).toEqual([[0.25]]);
});

test("[O24] a field that the declared type does not have is an error before the job runs", async () => {
  await expectError(shirts().project("colour").collect(), "UNKNOWN_FIELD", {
    where: { operator: "Project" },
    says: ["colour", "size"],
  });
});
