/** Draws bulk iterations; what their steps are made of is in `loop-steps.ts`. */
import { LongSumAggregator } from "@millrace/core";
import { type Call, call, code, input, type PlanNode, value } from "../plan-spec.js";
import {
  AGGREGATOR,
  canLoop,
  changing,
  drawStep,
  filtering,
  isMixable,
  type Loop,
  loopShape,
  MAX_LOOP_RECORDS,
  MAX_SUPERSTEPS,
} from "./loop-steps.js";
import type { PlanDrawer } from "./plan-drawer.js";

/** Draws a bulk iteration, with or without a termination criterion. @internal */
export function drawIterate(plan: PlanDrawer): PlanNode | undefined {
  if (plan.scope !== undefined) return undefined;
  const source = plan.pick(canLoop);
  if (source === undefined) return undefined;
  const shape = loopShape(source.shape);
  const scope = {};
  const hasAggregator = shape.fields.some(isMixable) && plan.random.chance(0.4);
  const registered = hasAggregator ? [drawAggregator(plan)] : [];
  const start = plan.add({
    operator: "iterate",
    inputs: [source],
    calls: [call("iterate", value(plan.random.between(1, MAX_SUPERSTEPS))), ...registered],
    shape,
    maxRecords: MAX_LOOP_RECORDS,
    scope,
    isHandle: true,
  });
  plan.scope = scope;
  const loop: Loop = { plan, shape, start, hasAggregator };
  let next = changing(loop, start);
  for (let i = plan.random.below(3); i > 0; i--) next = drawStep(loop, next);
  const until = plan.random.chance(0.4) ? drawUntil(loop, plan.random.chance(0.5) ? next : start) : undefined;
  plan.scope = undefined;
  return plan.add({
    operator: "closeWith",
    inputs: until === undefined ? [start, next] : [start, next, until],
    calls: [call("closeWith", input(1), ...(until === undefined ? [] : [input(2)]))],
    shape,
    maxRecords: MAX_LOOP_RECORDS,
    scope: undefined,
  });
}

/** Registers an aggregator, with a criterion that ends the loop or without one. */
function drawAggregator(plan: PlanDrawer): Call {
  const factory = code({ text: "() => new LongSumAggregator()", make: () => () => new LongSumAggregator() });
  if (plan.random.chance(0.4)) return call("registerAggregator", value(AGGREGATOR), factory);
  plan.counts.add("function", "convergence criterion");
  const criterion = code({
    text: "(superstep, changes) => superstep >= 2 && changes < 20n",
    make: () => (superstep: number, changes: bigint) => superstep >= 2 && changes < 20n,
  });
  return call("registerConvergenceCriterion", value(AGGREGATOR), factory, criterion);
}

function drawUntil(loop: Loop, current: PlanNode): PlanNode {
  return filtering(loop, current);
}
