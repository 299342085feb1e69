import type { CallNode, ExpressionNode } from "@millrace/core";
import { expressionText, types } from "@millrace/core";
import { describe, expect, test } from "vitest";
import {
  AggregateOperator,
  BulkIterationOperator,
  CollectionSourceOperator,
  CollectOperator,
  DeltaIterationOperator,
  dumpPlan,
  explainPlan,
  FilterOperator,
  FirstOperator,
  JoinOperator,
  MapOperator,
  OrderByOperator,
  Plan,
  SelectByOperator,
  SummarizeOperator,
  UnionOperator,
} from "../src/index.js";
import { common, field, fn, joinSpec } from "./operators.js";

const col = (path: string): ExpressionNode => ({ op: "column", path });
const lit = (value: null | boolean | number | bigint | string | Date): ExpressionNode => ({ op: "literal", value });
const call = (name: CallNode["name"], ...args: ExpressionNode[]): ExpressionNode => ({ op: "call", name, args });
const secret: ExpressionNode = { op: "parameter", name: "limit", value: "hunter2" };

describe("[O123] expressions are written as people write them", () => {
  test.each<[ExpressionNode, string]>([
    [
      call("and", call("gt", col("amount"), lit(10)), call("eq", call("lower", col("name")), lit("x"))),
      'amount > 10 and lower(name) = "x"',
    ],
    [call("and", call("or", col("a"), col("b")), call("not", col("c"))), "(a or b) and not c"],
    [call("or", call("and", col("a"), col("b")), col("c")), "a and b or c"],
    [call("not", call("or", col("a"), col("b"))), "not (a or b)"],
    [call("not", call("eq", col("a"), lit(null))), "not a = null"],
    [call("eq", call("not", col("a")), lit(true)), "(not a) = true"],
    [call("and", col("a"), col("b"), col("c")), "a and b and c"],
    [call("subtract", col("a"), call("subtract", col("b"), col("c"))), "a - (b - c)"],
    [call("subtract", call("subtract", col("a"), col("b")), col("c")), "a - b - c"],
    [call("multiply", call("add", col("a"), lit(1)), col("b")), "(a + 1) * b"],
    [call("add", call("multiply", col("a"), lit(2)), call("modulo", col("b"), lit(3))), "a * 2 + b % 3"],
    [call("divide", col("a"), call("multiply", col("b"), col("c"))), "a / (b * c)"],
    [call("negate", call("add", col("a"), col("b"))), "-(a + b)"],
    [call("negate", call("negate", col("a"))), "-(-a)"],
    [call("eq", call("eq", col("a"), col("b")), lit(false)), "(a = b) = false"],
    [call("isNull", call("add", col("a"), lit(1))), "a + 1 is null"],
    [call("isNotNull", call("eq", col("a"), lit(1))), "(a = 1) is not null"],
    [call("in", col("a"), lit(1), lit(2n)), "a in (1, 2n)"],
    [call("if", col("a"), lit("y"), lit(-0)), 'if(a, "y", -0)'],
    [call("ne", col("user.zip"), lit(new Date(0))), "user.zip <> timestamp 1970-01-01T00:00:00.000Z"],
    [call("ge", col("odd name"), secret), "`odd name` >= :limit"],
    [{ op: "call", name: "cast", args: [call("add", col("a"), lit(1))], target: "int64" }, "cast(a + 1 as int64)"],
    [call("split", col("line"), lit(" ")), 'split(line, " ")'],
  ])("%#: %o", (node, text) => {
    expect(expressionText(node)).toBe(text);
  });
});

function example(): Plan {
  const routes = new CollectionSourceOperator([], common("Routes"));
  const airports = new FilterOperator(
    new CollectionSourceOperator([], common("Airports")),
    call("ge", col("altitude"), secret),
    common("Filter at job.ts:5:1"),
  );
  const named = new MapOperator(
    routes,
    fn((route) => route, "map"),
    common("Map at job.ts:6:1"),
  );
  named.functionSettings.broadcastInputs.push({ name: "airports", operator: airports });
  named.settings.parallelism = 4;
  const join = new JoinOperator(
    named,
    airports,
    { ...joinSpec("iata"), hint: "broadcast-hash-second" },
    common("Join at job.ts:7:1"),
  );
  const grouping = { keys: [field("0.state")], order: [], partitioner: undefined };
  const aggregates = [
    { name: "flights", aggregate: "sum", argument: "0.count" },
    { name: "routes", aggregate: "count", argument: undefined },
  ] as const;
  const summary = new SummarizeOperator(join, grouping, aggregates, "row", common("Aggregate at job.ts:8:1"));
  const ordering = [{ key: field("flights"), order: "descending" }] as const;
  const top = new FirstOperator(
    new OrderByOperator(summary, ordering, common("OrderBy at job.ts:9:1")),
    { keys: undefined, order: [], partitioner: undefined },
    10,
    common("First at job.ts:9:40"),
  );
  return new Plan("Busiest states", [new CollectOperator(top, common("Collect at job.ts:10:1"))]);
}

describe("[O122] explain", () => {
  test("writes every operator once, the last first", () => {
    expect(explainPlan(example(), 2)).toMatchInlineSnapshot(`
      "Plan of "Busiest states"

      Collect at job.ts:10:1
      <- First at job.ts:9:40: 10
      <- OrderBy at job.ts:9:1: flights descending x2
      <- Aggregate at job.ts:8:1: flights = sum(0.count), routes = count() by 0.state x2
      <- Join at job.ts:7:1: inner on iata = iata, hint broadcast-hash-second x2
           left
           <- Map at job.ts:6:1 x4
                input
                <- Routes
                broadcast "airports"
                <- Filter at job.ts:5:1: altitude >= :limit x2 #1
                <- Airports
           right
           <- #1 Filter at job.ts:5:1 (above)"
    `);
  });

  test("writes iterations with their steps below them", () => {
    const source = new CollectionSourceOperator([], common("Ranks"));
    const loop = new BulkIterationOperator(source, 50, common("Iterate at job.ts:3:1"));
    const links = new CollectionSourceOperator([], common("Links"));
    const step = new JoinOperator(loop.partialSolution, links, joinSpec("id"), common("Join at job.ts:4:1"));
    const grouping = { keys: [field("id")], order: [], partitioner: undefined };
    const next = new AggregateOperator(
      step,
      grouping,
      [{ aggregation: "sum", field: "rank" }],
      common("Sum at job.ts:5:1"),
    );
    const moved = new FilterOperator(next, call("gt", col("delta"), lit(1e-6)), common("Filter at job.ts:6:1"));
    loop.step = { next, termination: moved };
    const delta = new DeltaIterationOperator(loop, loop, 9, [field("id")], common("Delta at job.ts:8:1"));
    const changes = new SelectByOperator(delta.workset, grouping, "min", ["rank"], common("MinBy at job.ts:9:1"));
    const update = new JoinOperator(changes, delta.solutionSet, joinSpec("id"), common("Join at job.ts:10:1"));
    delta.step = { delta: update, nextWorkset: update };
    const plan = new Plan("Ranks", [new CollectOperator(delta, common("Collect at job.ts:11:1"))]);
    expect(explainPlan(plan, 1)).toMatchInlineSnapshot(`
      "Plan of "Ranks"

      Collect at job.ts:11:1
      <- Delta at job.ts:8:1: at most 9 supersteps, solution set by id
           initial solution set
           <- Iterate at job.ts:3:1: at most 50 supersteps #2
                initial
                <- Ranks
                step
                <- Sum at job.ts:5:1: sum(rank) by id #1
                <- Join at job.ts:4:1: inner on id = id
                     left
                     <- Partial solution of Iterate at job.ts:3:1
                     right
                     <- Links
                until this is empty
                <- Filter at job.ts:6:1: delta > 0.000001
                <- #1 Sum at job.ts:5:1 (above)
           initial workset
           <- #2 Iterate at job.ts:3:1 (above)
           changes of the solution set
           <- Join at job.ts:10:1: inner on id = id #3
                left
                <- MinBy at job.ts:9:1: min of rank by id
                <- Workset of Delta at job.ts:8:1
                right
                <- Solution set of Delta at job.ts:8:1
           next workset
           <- #3 Join at job.ts:10:1 (above)"
    `);
  });

  test("of a long line of operators stays flat", () => {
    let last = new MapOperator(
      new CollectionSourceOperator([], common("Source")),
      fn((x) => x, "map"),
      common("Map"),
    );
    for (let count = 0; count < 20_000; count++)
      last = new MapOperator(
        last,
        fn((x) => x, "map"),
        common("Map"),
      );
    const lines = explainPlan(new Plan("long", [new CollectOperator(last, common("Collect"))]), 1).split("\n");
    expect(lines).toHaveLength(20_005);
    expect(lines.at(-1)).toBe("<- Source");
  });

  test("shows no captured value", () => {
    expect(explainPlan(example(), 1)).not.toContain("hunter2");
    expect(explainPlan(example(), 1)).toContain("altitude >= :limit");
  });
});

describe("[O121] the dump of a plan", () => {
  test("is JSON, the same for the same program, without captured values", () => {
    const dump = dumpPlan(example());
    expect(JSON.parse(JSON.stringify(dump))).toEqual(dump);
    expect(dumpPlan(example())).toEqual(dump);
    expect(JSON.stringify(dump)).not.toContain("hunter2");
    expect(dump.operators.map(({ id }) => id)).toEqual(dump.operators.map((_, index) => index));
    expect(dump.operators.find(({ kind }) => kind === "join")).toMatchInlineSnapshot(`
      {
        "details": {
          "hasPartitioner": false,
          "hint": "broadcast-hash-second",
          "joinType": "inner",
          "leftKeys": [
            {
              "field": "iata",
            },
          ],
          "result": {
            "kind": "pair",
          },
          "rightKeys": [
            {
              "field": "iata",
            },
          ],
        },
        "id": 4,
        "inputs": [
          3,
          2,
        ],
        "kind": "join",
        "location": {
          "column": 1,
          "file": "job.ts",
          "line": 1,
        },
        "name": "Join at job.ts:7:1",
      }
    `);
  });

  test("has types, parallelism, broadcast sets, and literals that JSON has no form for", () => {
    const source = new CollectionSourceOperator([], common("Source"));
    source.settings.resultType = types.row({ id: types.int32 });
    const literals = [1n, new Date(7), Number.NaN, -0, "x", null, true, 1.5].map(lit);
    const filter = new FilterOperator(source, call("in", ...literals), common("Filter"));
    filter.functionSettings.broadcastInputs.push({ name: undefined, operator: source });
    filter.settings.parallelism = 3;
    const plan = new Plan("job", [
      new CollectOperator(new UnionOperator(filter, source, common("Union")), common("Collect")),
    ]);
    expect(dumpPlan(plan).operators.slice(0, 2)).toMatchInlineSnapshot(`
      [
        {
          "details": {},
          "id": 0,
          "inputs": [],
          "kind": "collectionSource",
          "location": {
            "column": 1,
            "file": "job.ts",
            "line": 1,
          },
          "name": "Source",
          "parallelism": 1,
          "resultType": {
            "row": [
              [
                "id",
                "int32",
              ],
            ],
          },
        },
        {
          "broadcasts": [
            {
              "input": 0,
              "name": null,
            },
          ],
          "details": {
            "expression": {
              "args": [
                {
                  "literal": {
                    "int64": "1",
                  },
                },
                {
                  "literal": {
                    "timestamp": 7,
                  },
                },
                {
                  "literal": {
                    "float64": "NaN",
                  },
                },
                {
                  "literal": {
                    "float64": "-0",
                  },
                },
                {
                  "literal": "x",
                },
                {
                  "literal": null,
                },
                {
                  "literal": true,
                },
                {
                  "literal": 1.5,
                },
              ],
              "call": "in",
            },
          },
          "id": 1,
          "inputs": [
            0,
          ],
          "kind": "filter",
          "location": {
            "column": 1,
            "file": "job.ts",
            "line": 1,
          },
          "name": "Filter",
          "parallelism": 3,
        },
      ]
    `);
    expect(dumpPlan(plan).sinks).toEqual([3]);
  });
});
