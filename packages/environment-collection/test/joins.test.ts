import type { JoinHint, JoinType } from "@millrace/common-api";
import { describe, expect, test } from "vitest";
import { expectError } from "./expect-error.js";
import { from, orderOf, type Rec, udf } from "./programs.js";

const left = () => from({ k: 1, l: "a" }, { k: 2, l: "b" }, { k: 1, l: "c" }, { k: null, l: "n" }, { k: 4, l: "d" });
const right = () => from({ k: 1, r: "x" }, { k: null, r: "m" }, { k: 1, r: "y" }, { k: 2, r: "z" }, { k: 9, r: "w" });
const names = (joinType: JoinType, parallelism = 1, hint: JoinHint = "optimizer-chooses") =>
  left()
    .join(right(), ["k"], ["k"], (l: Rec, r: Rec) => `${l?.l ?? "-"}${r?.r ?? "-"}`, { joinType, hint })
    .collect({ environment: { parallelism } });
const INNER = ["ax", "ay", "bz", "cx", "cy"];

describe.each([1, 2, 7])("at parallelism %i", (parallelism) => {
  test("[O50] a join gives all pairs of equal keys, and null matches nothing", async () => {
    expect((await names("inner", parallelism)).sort()).toEqual(INNER);
  });

  test("[O51] outer joins keep what has no match, with null for the other side", async () => {
    expect((await names("left-outer", parallelism)).sort()).toEqual([...INNER, "d-", "n-"].sort());
    expect((await names("right-outer", parallelism)).sort()).toEqual(["-m", "-w", ...INNER]);
    expect((await names("full-outer", parallelism)).sort()).toEqual(["-m", "-w", ...INNER, "d-", "n-"].sort());
  });

  test("[O51] semi and anti joins part the left records", async () => {
    const kept = async (joinType: JoinType) => {
      const program = left().join(right(), ["k"], ["k"], { kind: "left" }, { joinType });
      return (await program.collect({ environment: { parallelism } })).map((r) => r.l).sort();
    };
    expect(await kept("semi")).toEqual(["a", "b", "c"]);
    expect(await kept("anti")).toEqual(["d", "n"]);
  });

  test("[O57] null keys meet in coGroup", async () => {
    const sizes = left().coGroup(right(), ["k"], ["k"], (l: Iterable<Rec>, r: Iterable<Rec>) => {
      return [`${[...l].map((x) => x.l).join("")}|${[...r].map((x) => x.r).join("")}`];
    });
    expect((await sizes.collect({ environment: { parallelism } })).sort()).toEqual(
      ["ac|xy", "b|z", "n|m", "d|", "|w"].sort(),
    );
  });

  test("[O58] cross pairs everything with everything", async () => {
    const pairs = from(1, 2, 3).cross(from("x", "y"), (n: number, t: string) => `${n}${t}`);
    expect((await pairs.collect({ environment: { parallelism } })).sort()).toEqual([
      "1x",
      "1y",
      "2x",
      "2y",
      "3x",
      "3y",
    ]);
  });

  test("[O59] union keeps duplicates, also of itself", async () => {
    const input = from(1, 2).map((n: number) => n);
    expect((await input.union(input).union(from(2)).collect({ environment: { parallelism } })).sort()).toEqual([
      1, 1, 2, 2, 2,
    ]);
  });
});

test("[O50] a null in one of several parts matches nothing", async () => {
  const a = from([1, null], [1, 2]);
  expect(await a.join(a, ["0", "1"], ["0", "1"]).collect()).toEqual([
    [
      [1, 2],
      [1, 2],
    ],
  ]);
});

test("[O50] nulls inside of a composite value are part of it", async () => {
  const a = from({ k: { x: 1, y: null } });
  expect(await a.join(from({ k: { x: 1 } }), ["k"], ["k"]).collect()).toHaveLength(1);
});

describe("[O52] the result of a pair", () => {
  const one = () => from({ k: 1, a: "l" });
  const other = () => from({ k: 1, a: "r", deep: { v: 5 } });
  test("is the tuple of both", async () => {
    expect(await one().join(other(), ["k"], ["k"]).collect()).toEqual([
      [
        { k: 1, a: "l" },
        { k: 1, a: "r", deep: { v: 5 } },
      ],
    ]);
    expect(await from(1).cross(from("x")).collect()).toEqual([[1, "x"]]);
  });

  test("is whatever a flat function gives", async () => {
    const flat = {
      kind: "flatFunction",
      function: udf((l: Rec, r: Rec, out: Rec) => {
        out.collect(l.a);
        return [r.a, "more"];
      }, "join"),
    } as const;
    expect(await one().join(other(), ["k"], ["k"], flat).collect()).toEqual(["l", "r", "more"]);
  });

  test("is a projection, as a tuple or a row", async () => {
    const fields = [
      { side: "second", path: "deep.v", name: "v" },
      { side: "first", path: "*", name: "all" },
      { side: "first", path: "a", name: undefined },
    ] as const;
    const project = (shape: "row" | "tuple") => ({ kind: "projection", shape, fields }) as const;
    expect(await one().join(other(), ["k"], ["k"], project("tuple")).collect()).toEqual([[5, { k: 1, a: "l" }, "l"]]);
    expect(await one().join(other(), ["k"], ["k"], project("row")).collect()).toEqual([
      { v: 5, all: { k: 1, a: "l" }, a: "l" },
    ]);
    expect(await one().cross(other(), project("tuple")).collect()).toEqual([[5, { k: 1, a: "l" }, "l"]]);
    const outer = one().join(from(), ["k"], ["k"], project("tuple"), { joinType: "left-outer" });
    expect(await outer.collect()).toEqual([[null, { k: 1, a: "l" }, "l"]]);
  });

  test("of a function must be one record", async () => {
    await expectError(
      one()
        .join(other(), ["k"], ["k"], () => undefined)
        .collect(),
      "INVALID_RESULT",
      {
        where: { operator: "Join" },
        says: ["missing return"],
      },
    );
  });
});

test("[O53] hints change nothing", async () => {
  const hints = [
    "broadcast-hash-first",
    "broadcast-hash-second",
    "repartition-hash-first",
    "repartition-sort-merge",
  ] as const;
  for (const hint of hints) expect((await names("inner", 3, hint)).sort()).toEqual(INNER);
});

test("[O54] results come in the order of the left records, then of the right ones", async () => {
  expect(await names("full-outer")).toEqual(["ax", "ay", "bz", "cx", "cy", "n-", "d-", "-m", "-w"]);
});

test("[O55] coGroup sorts each side and sees each key once", async () => {
  const orders: [ReturnType<typeof orderOf>, ReturnType<typeof orderOf>] = [orderOf("-l"), orderOf("-r")];
  const seen = left().coGroup(
    right(),
    ["k"],
    ["k"],
    (l: Iterable<Rec>, r: Iterable<Rec>, out: Rec) => out.collect([[...l].map((x) => x.l), [...r].map((x) => x.r)]),
    orders,
  );
  expect(await seen.collect()).toEqual([
    [
      ["c", "a"],
      ["y", "x"],
    ],
    [["b"], ["z"]],
    [["n"], ["m"]],
    [["d"], []],
    [[], ["w"]],
  ]);
});

test("[O56] coGroupRaw gets both whole partitions, also empty ones", async () => {
  const sizes = (l: Iterable<Rec>, r: Iterable<Rec>) => [[[...l].length, [...r].length]];
  expect(await left().coGroupRaw(right(), undefined, undefined, sizes).collect()).toEqual([[5, 5]]);
  expect(await from().coGroupRaw(from(), undefined, undefined, sizes).parallel(3).collect()).toHaveLength(3);
  const byKey = left().coGroupRaw(right(), ["k"], ["k"], (l: Iterable<Rec>, r: Iterable<Rec>) => {
    const keys = new Set([...l].map((x) => x.k));
    return [[...r].filter((x) => keys.has(x.k)).length];
  });
  const matching = await byKey.parallel(4).collect();
  expect(matching.reduce((a: number, b: number) => a + b)).toBe(4);
});

test("[O52] errors of a pair's function name both records", async () => {
  const broken = from({ id: 1 }).join(from({ id: 1, x: 2 }), ["id"], ["id"], () => {
    throw new TypeError("boom");
  });
  const error = await expectError(broken.collect(), "FUNCTION_FAILED", {
    says: ["boom", '{"id":1}', '{"id":1,"x":2}'],
  });
  expect(error.cause).toBeInstanceOf(TypeError);
});
