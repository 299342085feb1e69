import { expect, test } from "vitest";
import { explainJobGraph, JobGraphBuilder } from "../src/index.js";
import { graphOfEveryKind } from "./every-kind.js";

test("[J40] a graph is written vertex by vertex", () => {
  const graph = new JobGraphBuilder("orders");
  const keys = [{ path: "user" }];
  const users = graph.add({ kind: "collection", records: 0 }, [], { name: "Users" });
  const orders = graph.add({ kind: "source", source: 1, parameters: undefined }, [], {
    name: "Orders -> Filter",
    parallelism: 4,
    chain: [
      {
        kind: "filterExpression",
        operator: graph.operator("Filter"),
        expression: {
          op: "call",
          name: "gt",
          args: [
            { op: "column", path: "amount" },
            { op: "literal", value: 10 },
          ],
        },
      },
    ],
  });
  const byKey = { kind: "hash", keys } as const;
  const values = { leftValue: undefined, rightValue: undefined };
  const join = graph.add(
    {
      kind: "join",
      joinType: "inner",
      strategy: "merge",
      leftKeys: keys,
      rightKeys: keys,
      ...values,
      result: { kind: "pair" },
    },
    [
      graph.input(users, { local: { kind: "sort", keys } }, byKey),
      graph.input(orders, { local: { kind: "sort", keys } }, byKey),
    ],
    { name: "Join", parallelism: 4 },
  );
  graph.add({ kind: "collect", index: 0 }, [join], { name: "Collect", parallelism: 4 });
  expect(explainJobGraph(graph.build())).toMatchInlineSnapshot(`
    "Job graph of "orders"

    0 Users: collection
    1 Orders -> Filter x4: source
        then filter amount > 10
    2 Join x4: join inner, merge, user = user
        left  <- 0 by hash of user, sorted by user
        right <- 1 by hash of user, sorted by user
    3 Collect x4: collect 0
        input <- 2 forward"
  `);
});

test("[J40] every vertex of a graph with every kind is written once", () => {
  const graph = graphOfEveryKind();
  const lines = explainJobGraph(graph).split("\n");
  for (const { id, name } of graph.vertices) {
    expect(lines.filter((line) => line.startsWith(`${id} ${name}`))).toHaveLength(1);
  }
});

test("[J40] no captured value is in the text", () => {
  const text = explainJobGraph(graphOfEveryKind());
  expect(text).toContain("secret");
  expect(text).not.toContain("s3cret");
});
