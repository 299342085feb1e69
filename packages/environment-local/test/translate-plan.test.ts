/** Plans and the job graphs that are made of them. A changed text is a changed plan: say why in the commit. */
import { col } from "@millrace/core";
import { describe, expect, test } from "vitest";
import { environment, graphOf } from "./explained.js";

interface Order {
  readonly id: number;
  readonly user: string;
  readonly amount: number;
}

const ORDERS: readonly Order[] = [{ id: 1, user: "ann", amount: 5 }];
const USERS = [{ name: "ann", city: "Ulm" }];

function orders(env = environment()) {
  return env.fromCollection(ORDERS).rebalance();
}

describe("chains", () => {
  test("operators over one record are fused to what they read", async () => {
    const data = orders()
      .map((order) => order)
      .filter(col("amount").gt(3))
      .project("id", "user")
      .flatMap((pair) => [pair]);
    expect(await graphOf(data)).toMatchInlineSnapshot(`
      "0 Collection: collection
      1 Rebalance -> Map -> Filter -> Project -> FlatMap x4: forward
          input <- 0 rebalance
          then Map -> filter amount > 3 -> project id, user -> FlatMap
      2 Collect x4: collect 0
          input <- 1 forward"
    `);
  });

  test("what two read ends a chain, and so does another parallelism", async () => {
    const shared = orders().map((order) => order);
    const data = shared
      .filter((order) => order.id > 1)
      .union(shared.filter((order) => order.id < 1))
      .map((order) => order)
      .setParallelism(2)
      .map((order) => order);
    expect(await graphOf(data)).toMatchInlineSnapshot(`
      "0 Collection: collection
      1 Rebalance -> Map x4: forward
          input <- 0 rebalance
          then Map
      2 Filter x4: forward
          input <- 1 forward
          then Filter
      3 Filter x4: forward
          input <- 1 forward
          then Filter
      4 Map x2: forward
          input <- 2 rebalance and 3 rebalance
          then Map
      5 Map x4: forward
          input <- 4 rebalance
          then Map
      6 Collect x4: collect 0
          input <- 5 forward"
    `);
  });

  test("a broadcast set comes to the vertex of the operator that asks for it", async () => {
    const env = environment();
    const data = orders(env)
      .map((order) => order)
      .map((order) => order)
      .withBroadcastSet(env.fromCollection(USERS), "users");
    expect(await graphOf(data)).toMatchInlineSnapshot(`
      "0 Collection: collection
      1 Collection: collection
      2 Rebalance -> Map -> Map x4: forward
          input <- 0 rebalance
          broadcast "users" <- 1 broadcast, taken in
          then Map -> Map
      3 Collect x4: collect 0
          input <- 2 forward"
    `);
  });
});

describe("groups", () => {
  test("a reduce of a plain function combines before records are moved", async () => {
    const data = orders()
      .groupBy("user")
      .reduce((a) => a);
    expect(await graphOf(data)).toMatchInlineSnapshot(`
      "0 Collection: collection
      1 Rebalance x4: forward
          input <- 0 rebalance
      2 Combine of Reduce x4: reduceCombine, hash by user
          input <- 1 forward
      3 Reduce x4: reduce, hash by user
          input <- 2 by hash of user
      4 Collect x4: collect 0
          input <- 3 forward"
    `);
  });

  test("a computed key is attached before and not seen behind", async () => {
    const data = orders()
      .groupBy((order) => order.user.length)
      .reduce((a) => a);
    expect(await graphOf(data)).toMatchInlineSnapshot(`
      "0 Collection: collection
      1 Rebalance x4: forward
          input <- 0 rebalance
          then attachKey selector
      2 Combine of Reduce x4: reduceCombine, hash by 0, record at 1
          input <- 1 forward
      3 Reduce x4: reduce, hash by 0, record at 1
          input <- 2 by hash of 0
      4 Collect x4: collect 0
          input <- 3 forward"
    `);
  });

  test("groups in an order are sorted by key and order, the parts that are fields by their paths", async () => {
    const data = orders()
      .groupBy((order) => order.user.length)
      .sortGroup("amount", "descending")
      .reduceGroup((values) => [...values]);
    expect(await graphOf(data)).toMatchInlineSnapshot(`
      "0 Collection: collection
      1 Rebalance x4: forward
          input <- 0 rebalance
          then attachKey selector
      2 GroupReduce x4: groupReduce, sorted by 0, record at 1
          input <- 1 by hash of 0, sorted by 0, 1.amount descending
      3 Collect x4: collect 0
          input <- 2 forward"
    `);
  });

  test("aggregates, distinct, minBy: by hash", async () => {
    expect(await graphOf(orders().groupBy("user").sum("amount"))).toMatchInlineSnapshot(`
      "0 Collection: collection
      1 Rebalance x4: forward
          input <- 0 rebalance
      2 Sum x4: aggregate sum of amount, hash by user
          input <- 1 by hash of user
      3 Collect x4: collect 0
          input <- 2 forward"
    `);
    expect(await graphOf(orders().distinct("user"))).toMatchInlineSnapshot(`
      "0 Collection: collection
      1 Rebalance x4: forward
          input <- 0 rebalance
      2 Distinct x4: distinct, hash by user
          input <- 1 by hash of user
      3 Collect x4: collect 0
          input <- 2 forward"
    `);
    expect(await graphOf(orders().distinct())).toMatchInlineSnapshot(`
      "0 Collection: collection
      1 Rebalance x4: forward
          input <- 0 rebalance
      2 Distinct x4: distinct, hash by *
          input <- 1 by hash of *
      3 Collect x4: collect 0
          input <- 2 forward"
    `);
  });

  test("without a key everything is gathered, what can be is reduced before", async () => {
    expect(await graphOf(orders().reduce((a) => a))).toMatchInlineSnapshot(`
      "0 Collection: collection
      1 Rebalance x4: forward
          input <- 0 rebalance
      2 Combine of Reduce x4: reduce, all
          input <- 1 forward
      3 Reduce: reduce, all
          input <- 2 rebalance
      4 Collect: collect 0
          input <- 3 forward"
    `);
    expect(await graphOf(orders().minBy("amount"))).toMatchInlineSnapshot(`
      "0 Collection: collection
      1 Rebalance x4: forward
          input <- 0 rebalance
      2 Local MinBy x4: min of amount, all
          input <- 1 forward
      3 MinBy: min of amount, all
          input <- 2 rebalance
      4 Collect: collect 0
          input <- 3 forward"
    `);
    expect(await graphOf(orders().reduceGroup((values) => [...values]))).toMatchInlineSnapshot(`
      "0 Collection: collection
      1 Rebalance x4: forward
          input <- 0 rebalance
      2 GroupReduce: groupReduce, all
          input <- 1 rebalance, taken in
      3 Collect: collect 0
          input <- 2 forward"
    `);
  });

  describe("[O33] a combiner is called before records are moved", () => {
    const all = {
      combine: (values: Iterable<Order>) => [...values],
      reduceGroup: (values: Iterable<Order>) => [...values],
    };

    test("by key, in the order of the groups", async () => {
      expect(await graphOf(orders().groupBy("user").sortGroup("amount").reduceGroup(all))).toMatchInlineSnapshot(`
        "0 Collection: collection
        1 Rebalance x4: forward
            input <- 0 rebalance
        2 Combine of GroupReduce x4: groupCombine, sorted by user, each in the order of amount, keeping keys
            input <- 1 forward
        3 GroupReduce x4: groupReduce, sorted by user
            input <- 2 by hash of user, sorted by user, amount
        4 Collect x4: collect 0
            input <- 3 forward"
      `);
    });

    test("by a computed key, which what it gives keeps", async () => {
      expect(
        await graphOf(
          orders()
            .groupBy((order) => order.user.length)
            .reduceGroup(all),
        ),
      ).toMatchInlineSnapshot(`
        "0 Collection: collection
        1 Rebalance x4: forward
            input <- 0 rebalance
            then attachKey selector
        2 Combine of GroupReduce x4: groupCombine, sorted by 0, record at 1, keeping keys
            input <- 1 forward
        3 GroupReduce x4: groupReduce, sorted by 0, record at 1
            input <- 2 by hash of 0, sorted by 0
        4 Collect x4: collect 0
            input <- 3 forward"
      `);
    });

    test("on each partition, where all records are one group", async () => {
      expect(await graphOf(orders().reduceGroup(all))).toMatchInlineSnapshot(`
        "0 Collection: collection
        1 Rebalance x4: forward
            input <- 0 rebalance
        2 Combine of GroupReduce x4: groupCombine, all
            input <- 1 forward, taken in
        3 GroupReduce: groupReduce, all
            input <- 2 rebalance, taken in
        4 Collect: collect 0
            input <- 3 forward"
      `);
    });

    test("but not where nothing is moved, nor where the order of groups is computed", async () => {
      const fromOne = environment().fromCollection(ORDERS).groupBy("user").reduceGroup(all).setParallelism(1);
      const inComputedOrder = orders()
        .groupBy("user")
        .sortGroup((order) => -order.amount)
        .reduceGroup(all);
      for (const data of [fromOne, inComputedOrder]) expect(await graphOf(data)).not.toContain("groupCombine");
    });
  });

  test("combineGroup stays where its records are", async () => {
    const data = orders()
      .groupBy("user")
      .combineGroup((values) => [...values]);
    expect(await graphOf(data)).toMatchInlineSnapshot(`
      "0 Collection: collection
      1 Rebalance x4: forward
          input <- 0 rebalance
      2 GroupCombine x4: groupCombine, sorted by user
          input <- 1 forward
      3 Collect x4: collect 0
          input <- 2 forward"
    `);
  });

  test("combineGroup of whole partitions takes them in first", async () => {
    expect(await graphOf(orders().combineGroup((values) => [...values]))).toMatchInlineSnapshot(`
      "0 Collection: collection
      1 Rebalance x4: forward
          input <- 0 rebalance
      2 GroupCombine x4: groupCombine, all
          input <- 1 forward, taken in
      3 Collect x4: collect 0
          input <- 2 forward"
    `);
  });
});

describe("two inputs", () => {
  const users = (env: ReturnType<typeof environment>) => env.fromCollection(USERS).rebalance();

  test("a join moves both sides by key, and builds of the second", async () => {
    const env = environment();
    const data = orders(env).join(users(env)).where("user").equalTo("name");
    expect(await graphOf(data)).toMatchInlineSnapshot(`
      "0 Collection: collection
      1 Rebalance x4: forward
          input <- 0 rebalance
      2 Collection: collection
      3 Rebalance x4: forward
          input <- 2 rebalance
      4 Join x4: join inner, hash-build-second, user = name
          left  <- 1 by hash of user
          right <- 3 by hash of name
      5 Collect x4: collect 0
          input <- 4 forward"
    `);
  });

  test.each([
    ["broadcast-hash-first", "inner"],
    ["broadcast-hash-second", "inner"],
    ["broadcast-hash-first", "right-outer"],
    ["repartition-hash-first", "inner"],
    ["repartition-sort-merge", "full-outer"],
  ] as const)("hint %s of a join %s", async (hint, kind) => {
    const env = environment();
    const [left, right] = [orders(env), users(env)];
    const joined =
      kind === "inner"
        ? left.join(right, hint)
        : kind === "right-outer"
          ? left.rightOuterJoin(right, hint)
          : left.fullOuterJoin(right, hint);
    const lines = (await graphOf(joined.where("user").equalTo("name"))).split("\n");
    const start = lines.findIndex((line) => line.includes(": join "));
    expect(lines.slice(start, start + 3)).toMatchSnapshot();
  });

  test("a selector that returns a tuple meets several fields", async () => {
    const env = environment();
    const data = orders(env)
      .join(users(env))
      .where("user", "id")
      .equalTo((user) => [user.name, 1] as [string, number]);
    expect(await graphOf(data)).toMatchInlineSnapshot(`
      "0 Collection: collection
      1 Rebalance x4: forward
          input <- 0 rebalance
          then attachKey (user, id)
      2 Collection: collection
      3 Rebalance x4: forward
          input <- 2 rebalance
          then attachKey selector
      4 Join x4: join inner, hash-build-second, 0 = 0, records at 1 and 1
          left  <- 1 by hash of 0
          right <- 3 by hash of 0
      5 Collect x4: collect 0
          input <- 4 forward"
    `);
  });

  test("a coGroup sorts both sides by key, then by the order asked for", async () => {
    const env = environment();
    const data = orders(env)
      .coGroup(users(env))
      .where("user")
      .equalTo("name")
      .sortFirstGroup("amount", "descending")
      .with((left) => [...left]);
    expect(await graphOf(data)).toMatchInlineSnapshot(`
      "0 Collection: collection
      1 Rebalance x4: forward
          input <- 0 rebalance
      2 Collection: collection
      3 Rebalance x4: forward
          input <- 2 rebalance
      4 CoGroup x4: coGroup, user = name
          left  <- 1 by hash of user, sorted by user, amount descending
          right <- 3 by hash of name, sorted by name
      5 Collect x4: collect 0
          input <- 4 forward"
    `);
  });

  test("a cross takes the inner side in, whole and everywhere", async () => {
    const env = environment();
    expect(await graphOf(orders(env).cross(users(env)))).toMatchInlineSnapshot(`
      "0 Collection: collection
      1 Rebalance x4: forward
          input <- 0 rebalance
      2 Collection: collection
      3 Rebalance x4: forward
          input <- 2 rebalance
      4 Cross x4: cross, inner second
          left  <- 1 forward
          right <- 3 broadcast, taken in
      5 Collect x4: collect 0
          input <- 4 forward"
    `);
  });

  test("a union is no vertex", async () => {
    const env = environment();
    const data = orders(env)
      .union(orders(env))
      .groupBy("user")
      .reduceGroup((values) => [...values]);
    expect(await graphOf(data)).toMatchInlineSnapshot(`
      "0 Collection: collection
      1 Rebalance x4: forward
          input <- 0 rebalance
      2 Collection: collection
      3 Rebalance x4: forward
          input <- 2 rebalance
      4 GroupReduce x4: groupReduce, sorted by user
          input <- 1 by hash of user and 3 by hash of user, sorted by user
      5 Collect x4: collect 0
          input <- 4 forward"
    `);
  });
});

describe("partitions and orders", () => {
  test("orderBy cuts by ranges of a sample, takes its input in until they are known, and sorts", async () => {
    expect(await graphOf(orders().orderBy("amount", "descending"))).toMatchInlineSnapshot(`
      "0 Collection: collection
      1 Rebalance x4: forward
          input <- 0 rebalance
      2 Borders of OrderBy: rangeBorders of amount descending for 4 partitions
          input <- 1 rebalance
      3 Input of OrderBy x4: forward
          input <- 1 forward, taken in
      4 OrderBy x4: forward
          input <- 3 by range of amount descending, borders from 2, sorted by amount descending
      5 Collect x4: collect 0
          input <- 4 forward"
    `);
  });

  test("the first of an order are gathered in order", async () => {
    expect(await graphOf(orders().orderBy("amount", "ascending").first(3))).toMatchInlineSnapshot(`
      "0 Collection: collection
      1 Rebalance x4: forward
          input <- 0 rebalance
      2 Borders of OrderBy: rangeBorders of amount for 4 partitions
          input <- 1 rebalance
      3 Input of OrderBy x4: forward
          input <- 1 forward, taken in
      4 OrderBy x4: forward
          input <- 3 by range of amount, borders from 2, sorted by amount
      5 Local First x4: first 3, all
          input <- 4 forward
      6 First: first 3, all
          input <- 5 rebalance, blocking, one partition after the other
      7 Collect: collect 0
          input <- 6 forward"
    `);
  });

  test("one partition needs no ranges and no hashes", async () => {
    const one = environment({ parallelism: 1 });
    expect(await graphOf(orders(one).orderBy("amount", "ascending"))).toMatchInlineSnapshot(`
      "0 Collection: collection
      1 Rebalance: forward
          input <- 0 rebalance
      2 OrderBy: forward
          input <- 1 forward, sorted by amount
      3 Collect: collect 0
          input <- 2 forward"
    `);
    expect(await graphOf(orders(one).partitionByHash("user"))).toMatchInlineSnapshot(`
      "0 Collection: collection
      1 Rebalance: forward
          input <- 0 rebalance
      2 PartitionByHash: forward
          input <- 1 forward
      3 Collect: collect 0
          input <- 2 forward"
    `);
  });

  test("a partitioner of the user is asked even for one partition", async () => {
    const data = orders(environment({ parallelism: 1 })).partitionCustom(() => 0, "user");
    expect(await graphOf(data)).toContain("by a partitioner of user");
  });

  test("sortPartition by an expression", async () => {
    const data = orders().sortPartition(col("user").lower(), "ascending");
    expect(await graphOf(data)).toMatchInlineSnapshot(`
      "0 Collection: collection
      1 Rebalance x4: forward
          input <- 0 rebalance
          then attachKey lower(user)
      2 SortPartition x4: forward
          input <- 1 forward, sorted by 0
          then detachKey 1
      3 Collect x4: collect 0
          input <- 2 forward"
    `);
  });
});

test.each([["pipelined"], ["batch"], ["batch-forced"]] as const)("exchanges in mode %s", async (executionMode) => {
  const data = orders(environment({ executionMode })).partitionByHash("user");
  expect((await graphOf(data)).split("\n").filter((line) => line.includes("<-"))).toMatchSnapshot();
});

describe("iterations", () => {
  test("a bulk iteration with a criterion and a constant input", async () => {
    const env = environment();
    const loop = env.fromCollection([1, 2]).iterate(10);
    const next = loop.map((n) => n + 1).withBroadcastSet(env.fromCollection([7]), "seven");
    const result = loop.closeWith(
      next,
      next.filter((n) => n < 5),
    );
    expect(await graphOf(result.map((n) => n))).toMatchInlineSnapshot(`
      "iteration 0 Iterate x4: bulk, at most 10 supersteps
      0 Collection: collection
      1 Iterate x4: bulkHead, in iteration 0
          input <- 0 rebalance
      2 Collection: collection
      3 Map x4: forward, in iteration 0
          input <- 1 (state) forward
          broadcast "seven" <- 2 broadcast, taken in, kept for all supersteps
          then Map
      4 Filter x4: forward, in iteration 0
          input <- 3 forward
          then Filter
      5 bulkTail of Iterate x4: bulkTail, in iteration 0
          input <- 3 forward
      6 terminationTail of Iterate x4: terminationTail, in iteration 0
          input <- 4 forward
      7 Result of Iterate -> Map x4: forward
          input <- 1 (result) forward
          then Map
      8 Collect x4: collect 0
          input <- 7 forward"
    `);
  });

  test("a delta iteration by a computed key", async () => {
    const env = environment();
    const initial = env.fromCollection([{ id: 1, value: 1 }]);
    const edges = env.fromCollection([{ from: 1, to: 2 }]);
    const byId = (vertex: { readonly id: number }): number => vertex.id;
    const loop = initial.iterateDelta(initial, 10, byId);
    const changes = loop.workset
      .join(edges)
      .where("id")
      .equalTo("from")
      .with((vertex, edge) => ({ id: edge.to, value: vertex.value }))
      .join(loop.solutionSet)
      .where("id")
      .equalTo(byId)
      .with((change) => change);
    expect(await graphOf(loop.closeWith(changes, changes))).toMatchInlineSnapshot(`
      "iteration 0 IterateDelta x4: delta, at most 10 supersteps
      0 Collection: collection
      1 Key of IterateDelta: forward
          input <- 0 forward
          then attachKey selector
      2 IterateDelta x4: deltaHead, by 0, record at 1, in iteration 0
          left  <- 1 by hash of 0
          right <- 0 rebalance, taken in
      3 Collection: collection
      4 Join x4: join inner, hash-build-second, id = from, in iteration 0
          left  <- 2 (state) by hash of id
          right <- 3 by hash of from, taken in, kept for all supersteps
      5 Join x4: join inner, solution-second, id = 0, records at * and 1, in iteration 0
          input <- 4 by hash of id
      6 worksetTail of IterateDelta x4: worksetTail, in iteration 0
          input <- 5 forward
      7 Key of IterateDelta x4: forward, in iteration 0
          input <- 5 forward
          then attachKey selector
      8 solutionTail of IterateDelta x4: solutionTail, by 0, record at 1, in iteration 0
          input <- 7 by hash of 0
      9 Result of IterateDelta x4: forward
          input <- 2 (result) forward
          then detachKey 1
      10 Collect x4: collect 0
          input <- 9 forward"
    `);
  });

  test("a union of what changes and what does not", async () => {
    const env = environment();
    const loop = env.fromCollection([1]).iterate(3);
    const data = loop.closeWith(loop.union(env.fromCollection([2])));
    expect(await graphOf(data)).toMatchInlineSnapshot(`
      "iteration 0 Iterate x4: bulk, at most 3 supersteps
      0 Collection: collection
      1 Iterate x4: bulkHead, in iteration 0
          input <- 0 rebalance
      2 Collection: collection
      3 Union x4: forward, in iteration 0
          input <- 2 rebalance, taken in, kept for all supersteps
      4 bulkTail of Iterate x4: bulkTail, in iteration 0
          input <- 1 (state) forward and 3 forward
      5 Result of Iterate x4: forward
          input <- 1 (result) forward
      6 Collect x4: collect 0
          input <- 5 forward"
    `);
  });
});
