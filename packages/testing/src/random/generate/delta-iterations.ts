/** Draws delta iterations; what their steps are made of is in `loop-steps.ts`. */
import { keyText } from "@millrace/core";
import { manyFunction, reduceFunction } from "../functions/forms.js";
import { greatest } from "../functions/group-functions.js";
import { call, input, type PlanNode, value } from "../plan-spec.js";
import { pathOf, type Shape, sameShape } from "../types/shape.js";
import type { ValueField } from "../types/value-type.js";
import { canLoop, changing, type Loop, loopShape, MAX_LOOP_RECORDS, MAX_SUPERSTEPS, reducedBy } from "./loop-steps.js";
import type { PlanDrawer } from "./plan-drawer.js";

/** Draws a delta iteration. Its key is a field, and every superstep has at most one change per key. @internal */
export function drawIterateDelta(plan: PlanDrawer): PlanNode | undefined {
  if (plan.scope !== undefined) return undefined;
  const source = plan.pick((n) => canLoop(n) && n.shape.fields.length >= 2);
  if (source === undefined) return undefined;
  const key = plan.random.pick(source.shape.fields.filter((f) => f.type.kind !== "optional"));
  if (key === undefined) return undefined;
  const shape = loopShape(source.shape);
  const initial = drawInitialSolution(plan, source, shape, key);
  if (initial === undefined) return undefined;
  const work =
    plan.pick(
      (n) => n.scope === undefined && n.maxRecords <= MAX_LOOP_RECORDS && sameShape(loopShape(n.shape), shape),
    ) ?? source;
  const scope = {};
  const handle = plan.add({
    operator: "iterateDelta",
    inputs: [initial, work],
    calls: [
      call("iterateDelta", input(1), value(plan.random.between(1, MAX_SUPERSTEPS)), value(pathOf(shape, key.name))),
    ],
    shape,
    maxRecords: MAX_LOOP_RECORDS,
    scope,
    isHandle: true,
    isTied: true,
  });
  const part = (name: string): PlanNode =>
    plan.add({
      operator: name,
      inputs: [handle],
      calls: [{ method: name, args: undefined }],
      shape,
      maxRecords: MAX_LOOP_RECORDS,
      scope,
      isHandle: true,
    });
  const [workset, solutionSet] = [part("workset"), part("solutionSet")];
  plan.scope = scope;
  const { delta, next } = drawDeltaStep({ plan, shape, start: workset, hasAggregator: false }, solutionSet, key);
  plan.scope = undefined;
  return plan.add({
    operator: "closeWith",
    inputs: [handle, delta, next],
    calls: [call("closeWith", input(1), input(2))],
    shape,
    maxRecords: MAX_LOOP_RECORDS,
    scope: undefined,
    isTied: true,
  });
}

/** One record per key, or a source as it is: of the records of a key, which come from one subtask, the last one counts. */
function drawInitialSolution(plan: PlanDrawer, source: PlanNode, shape: Shape, key: ValueField): PlanNode | undefined {
  if (source.records !== undefined && plan.random.chance(0.5)) return source;
  return reducedBy({ plan, shape, start: source, hasAggregator: false }, source, key);
}

function drawDeltaStep(loop: Loop, solutionSet: PlanNode, key: ValueField): { delta: PlanNode; next: PlanNode } {
  const { plan } = loop;
  const changed = plan.random.chance(0.6) ? changing(loop, loop.start) : loop.start;
  const candidates = onePerKey(loop, changed, key);
  const delta = plan.random.chance(0.5)
    ? joinSolution(loop, candidates, solutionSet, key)
    : coGroupSolution(loop, candidates, solutionSet, key);
  return { delta, next: plan.random.chance(0.5) ? delta : changing(loop, delta) };
}

/** Keeps, of each key, the greatest record in the total order. */
function onePerKey(loop: Loop, current: PlanNode, key: ValueField): PlanNode {
  const { plan, shape } = loop;
  const fn = reduceFunction(plan.random, "greatest(a, b)", [], greatest);
  return plan.add({
    operator: "reduce",
    inputs: [current],
    calls: [call("groupBy", value(pathOf(shape, key.name))), call("reduce", plan.functionArgument(fn))],
    shape,
    maxRecords: current.maxRecords,
  });
}

/** A candidate replaces what the solution set has for its key when it is greater in the total order of texts. */
function joinSolution(loop: Loop, candidates: PlanNode, solutionSet: PlanNode, key: ValueField): PlanNode {
  const { plan, shape } = loop;
  const path = value(pathOf(shape, key.name));
  const fn = manyFunction<[unknown, unknown]>(
    plan.random,
    "flatJoin",
    "l, r",
    "keyText(l) > keyText(r) ? [l] : []",
    [],
    function* (_, l, r) {
      if (keyText(l) > keyText(r)) yield l;
    },
  );
  return plan.add({
    operator: "join",
    inputs: [candidates, solutionSet],
    calls: [
      call("join", input(1)),
      call("where", path),
      call("equalTo", path),
      call("flatWith", plan.functionArgument(fn)),
    ],
    shape,
    maxRecords: candidates.maxRecords,
    isTied: true,
  });
}

/** As the join, and a candidate whose key the solution set has not is new in it. */
function coGroupSolution(loop: Loop, candidates: PlanNode, solutionSet: PlanNode, key: ValueField): PlanNode {
  const { plan, shape } = loop;
  const path = value(pathOf(shape, key.name));
  const fn = manyFunction<[Iterable<unknown>, Iterable<unknown>]>(
    plan.random,
    "coGroup",
    "left, right",
    "improvements(left, right)",
    [],
    function* (_, left, right) {
      const [candidate] = left;
      const [known] = right;
      if (candidate !== undefined && (known === undefined || keyText(candidate) > keyText(known))) yield candidate;
    },
  );
  return plan.add({
    operator: "coGroup",
    inputs: [candidates, solutionSet],
    calls: [
      call("coGroup", input(1)),
      call("where", path),
      call("equalTo", path),
      call("with", plan.functionArgument(fn)),
    ],
    shape,
    maxRecords: candidates.maxRecords,
    isTied: true,
  });
}
