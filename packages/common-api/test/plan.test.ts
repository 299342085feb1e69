import { describe, expect, test } from "vitest";
import {
  BulkIterationOperator,
  CollectionSourceOperator,
  CollectOperator,
  DeltaIterationOperator,
  dependenciesOf,
  FilterOperator,
  JoinOperator,
  MapOperator,
  type Operator,
  Plan,
  parallelismOf,
  SinkOperator,
  UnionOperator,
  userFunctionsOf,
} from "../src/index.js";
import { common, field, fn, joinSpec } from "./operators.js";

const source = (): Operator => new CollectionSourceOperator([1], common("Source"));
const map = (input: Operator, name = "Map"): MapOperator =>
  new MapOperator(
    input,
    fn((x) => x, "map"),
    common(name),
  );
const collect = (input: Operator): CollectOperator => new CollectOperator(input, common("Collect"));

describe("[O124] sinks", () => {
  const sink = (place?: string): SinkOperator => {
    const openWriter = () => Promise.reject(new Error("a plan opens nothing"));
    return new SinkOperator(
      source(),
      { name: "Sink", openWriter, ...(place === undefined ? {} : { place }) },
      common("Write"),
    );
  };

  test("that write to one place are refused, and name each other", () => {
    expect(() => new Plan("job", [sink("a.csv"), sink("b.csv"), sink("a.csv")])).toThrow(
      /Two sinks of one job write to "a.csv".*Write.*DUPLICATE_NAME/,
    );
  });

  test("that write to places of their own, or to none, are not", () => {
    expect(new Plan("job", [sink("a.csv"), sink("b.csv"), sink(), sink()]).sinks).toHaveLength(4);
  });
});

describe("[O120] a plan", () => {
  test("lists every operator once, after everything that it reads", () => {
    const shared = source();
    const broadcast = map(shared, "Broadcast");
    const reader = map(shared);
    reader.functionSettings.broadcastInputs.push({ name: "b", operator: broadcast });
    const plan = new Plan("job", [collect(reader), collect(new UnionOperator(reader, shared, common("Union")))]);
    expect(new Set(plan.operators).size).toBe(plan.operators.length);
    expect(plan.operators).toHaveLength(6);
    for (const operator of plan.operators) {
      for (const input of dependenciesOf(operator)) expect(plan.idOf(input)).toBeLessThan(plan.idOf(operator));
    }
    expect(() => plan.idOf(source())).toThrow(/INVARIANT_VIOLATED/);
  });

  test("of many thousand operators is no problem", () => {
    let last: Operator = source();
    for (let count = 0; count < 50_000; count++) last = map(last);
    expect(new Plan("long", [collect(last)]).operators).toHaveLength(50_002);
  });

  test("knows what its iterations repeat", () => {
    const iteration = new BulkIterationOperator(source(), 3, common("Loop"));
    const constant = map(source(), "Constant");
    const step = new JoinOperator(map(iteration.partialSolution, "Inside"), constant, joinSpec("a"), common("Join"));
    iteration.step = { next: step, termination: undefined };
    const plan = new Plan("job", [collect(iteration)]);
    const names = plan.iterations.get(iteration)?.operators.map((each) => each.settings.name);
    expect(names).toEqual(["Inside", "Join"]);
  });
});

describe("[O67] iterations that no engine could run are refused when the plan is made", () => {
  test("one that was never closed", () => {
    const iteration = new BulkIterationOperator(source(), 3, common("Loop"));
    expect(() => new Plan("job", [collect(iteration)])).toThrow(/ITERATION_NOT_CLOSED/);
    expect(() => new Plan("job", [collect(map(iteration.partialSolution))])).toThrow(
      /Partial solution of Loop.*job\.ts:1/,
    );
  });

  test("one inside of another", () => {
    const outer = new BulkIterationOperator(source(), 3, common("Outer"));
    const inner = new BulkIterationOperator(outer.partialSolution, 3, common("Inner"));
    inner.step = { next: inner.partialSolution, termination: undefined };
    outer.step = { next: inner, termination: undefined };
    expect(() => new Plan("job", [collect(outer)])).toThrow(/Inner nests an iteration in Outer/);
  });

  test("two whose states meet", () => {
    const one = new BulkIterationOperator(source(), 3, common("One"));
    const two = new BulkIterationOperator(source(), 3, common("Two"));
    const both = new UnionOperator(one.partialSolution, two.partialSolution, common("Union"));
    one.step = { next: both, termination: undefined };
    two.step = { next: both, termination: undefined };
    expect(() => new Plan("job", [collect(one), collect(two)])).toThrow(/INVALID_ITERATION/);
  });

  test("a solution set that is read on another key", () => {
    const iteration = new DeltaIterationOperator(source(), source(), 3, [field("id")], common("Delta"));
    const join = new JoinOperator(iteration.workset, iteration.solutionSet, joinSpec("other"), common("Join at x"));
    iteration.step = { delta: join, nextWorkset: iteration.workset };
    expect(() => new Plan("job", [collect(iteration)])).toThrow(/Join at x reads a solution set/);
  });
});

test("[O10] parallelism comes from the operator, its input, its iteration or the default", () => {
  const wide = map(source(), "Wide");
  wide.settings.parallelism = 5;
  const union = new UnionOperator(wide, source(), common("Union"));
  const iteration = new BulkIterationOperator(union, 3, common("Loop"));
  iteration.settings.parallelism = 2;
  const step = map(iteration.partialSolution, "Step");
  iteration.step = { next: step, termination: undefined };
  const sink = collect(iteration);
  const plan = new Plan("job", [sink]);
  const parallelism = parallelismOf(plan, 3);
  expect([wide, union, iteration, iteration.partialSolution, step, sink].map((each) => parallelism.get(each))).toEqual([
    5, 5, 2, 2, 2, 2,
  ]);
  expect(parallelismOf(new Plan("job", [collect(map(source()))]), 3).size).toBe(3);
});

test("[O95] all code of the user in an operator is found", () => {
  const selector = fn((r) => r, "getKey");
  const join = new JoinOperator(
    source(),
    source(),
    {
      ...joinSpec("a"),
      leftKeys: [{ kind: "selector", function: selector }],
      partitioner: () => 0,
      result: { kind: "function", function: fn((l) => l, "join") },
    },
    common("Join"),
  );
  expect(userFunctionsOf(join).map(({ method }) => method)).toEqual(["join", "getKey", "partition"]);
  const expression = new FilterOperator(source(), { op: "literal", value: true }, common("Filter"));
  expect(userFunctionsOf(expression)).toEqual([]);
});
