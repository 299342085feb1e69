/**
 * Draws a whole plan. Its result is determined, up to the order of records where none is promised, whatever the parallelism
 * and the strategies of the engine. That is not checked but built in:
 *
 * 1. Functions are congruences and exact (see `functions/unary.ts`), so it does not matter which of two equal keys an
 *    engine keeps, nor in what order it adds.
 * 2. Functions of groups do not depend on the order of a group, unless it was sorted by all that they look at.
 * 3. An operator that keeps some record of a group (`first`, `minBy`, `distinct`, an aggregation in place) comes after an
 *    order that is total, or before a projection to what all records of the group have in common.
 * 4. Functions of partitions treat each record by itself, or all records of a key that was partitioned by, or run alone.
 * 5. State of rich functions tells about calls, never about which records a subtask has met.
 * 6. Accumulators count calls that every engine makes exactly once: those of functions of single records. They are not compared where
 *    a `first` may cut them short.
 */
import type { Draw } from "../draws.js";
import { PlanRandom } from "../plan-random.js";
import type { PlanNode, PlanSink, PlanSpec } from "../plan-spec.js";
import { drawAggregateInPlace, drawAggregateNamed } from "./aggregate-operators.js";
import { drawIterate } from "./bulk-iterations.js";
import { drawIterateDelta } from "./delta-iterations.js";
import { drawDistinct, drawFirst, drawFirstOfAny, drawSelectBy } from "./keep-operators.js";
import { drawCoGroup, drawCoGroupPartitions, drawCross, drawJoin, drawUnion } from "./pair-operators.js";
import {
  drawOrderBy,
  drawPartitioning,
  drawRebalance,
  drawSortPartition,
  drawZipWithIndex,
} from "./partition-operators.js";
import { PlanDrawer } from "./plan-drawer.js";
import {
  drawFilter,
  drawFlatMap,
  drawMap,
  drawMapAsync,
  drawMapPartition,
  drawProject,
  drawSelect,
} from "./record-operators.js";
import { drawCombineGroup, drawReduce, drawReduceGroup } from "./reduce-operators.js";
import { drawEarlierResult, drawSource } from "./sources.js";

/** The most operators of a plan besides sources; composite ones count once. */
const MAX_OPERATORS = 14;
/** The most results that a plan is asked for; each is a job. */
const MAX_SINKS = 4;

interface OperatorChoice {
  readonly weight: number;
  readonly draw: (plan: PlanDrawer) => PlanNode | undefined;
}

const CHOICES: readonly OperatorChoice[] = [
  { weight: 8, draw: drawMap },
  { weight: 5, draw: drawFilter },
  { weight: 5, draw: drawFlatMap },
  { weight: 5, draw: drawMapPartition },
  { weight: 1, draw: drawMapAsync },
  { weight: 3, draw: drawProject },
  { weight: 4, draw: drawSelect },
  { weight: 6, draw: drawReduce },
  { weight: 7, draw: drawReduceGroup },
  { weight: 3, draw: drawCombineGroup },
  { weight: 4, draw: drawAggregateInPlace },
  { weight: 5, draw: drawAggregateNamed },
  { weight: 3, draw: drawSelectBy },
  { weight: 4, draw: drawDistinct },
  { weight: 4, draw: drawFirst },
  { weight: 4, draw: drawFirstOfAny },
  { weight: 12, draw: drawJoin },
  { weight: 5, draw: drawCoGroup },
  { weight: 2, draw: drawCoGroupPartitions },
  { weight: 2, draw: drawCross },
  { weight: 5, draw: drawUnion },
  { weight: 1, draw: drawRebalance },
  { weight: 5, draw: drawPartitioning },
  { weight: 3, draw: drawSortPartition },
  { weight: 3, draw: drawOrderBy },
  { weight: 1, draw: drawZipWithIndex },
  { weight: 4, draw: drawIterate },
  { weight: 4, draw: drawIterateDelta },
  { weight: 2, draw: drawEarlierResult },
  { weight: 3, draw: drawSource },
];

/** Is a drawn plan with what was drawn for it. @internal */
export interface DrawnPlan {
  readonly plan: PlanSpec;
  readonly draws: readonly Draw[];
}

const RELATIONAL_CHOICES: readonly OperatorChoice[] = [
  { weight: 4, draw: drawFilter },
  { weight: 4, draw: drawSelect },
  { weight: 6, draw: drawAggregateNamed },
  { weight: 3, draw: drawDistinct },
  { weight: 2, draw: drawFirst },
  { weight: 10, draw: drawJoin },
  { weight: 3, draw: drawUnion },
  { weight: 1, draw: drawOrderBy },
  { weight: 2, draw: drawSource },
];

/** Draws the plan of a seed; a relational one has only operators that other systems have as well. @internal */
export function drawPlan(seed: number, profile: "all" | "relational" = "all"): DrawnPlan {
  const random = new PlanRandom(seed);
  const drawer = new PlanDrawer(random, profile === "relational");
  for (let i = random.between(1, 3); i > 0; i--) drawSource(drawer);
  for (let i = random.between(1, MAX_OPERATORS); i > 0; i--) drawOperator(drawer);
  const sinks = drawSinks(drawer);
  const plan = reachable(seed, drawer.nodes, sinks);
  return { plan, draws: [...plan.nodes.flatMap((node) => node.draws), ...drawsOfPlan(plan)] };
}

function drawOperator(drawer: PlanDrawer): void {
  // An operator may find no fitting input; a few more tickets, and the plan is just shorter.
  for (let i = 0; i < 5; i++) {
    const choices = drawer.isRelational ? RELATIONAL_CHOICES : CHOICES;
    const choice = drawer.random.pickWeighted(choices, (c) => c.weight) as OperatorChoice;
    if (choice.draw(drawer) !== undefined) return;
    drawer.counts.take();
  }
}

/** Asks for the results that nothing reads, and sometimes for one that others read as well. */
function drawSinks(drawer: PlanDrawer): PlanSink[] {
  const { random, nodes } = drawer;
  const results = nodes.filter((n) => !n.isHandle && n.scope === undefined);
  const read = new Set(nodes.flatMap((n) => n.inputs));
  const unread = results.filter((n) => !read.has(n));
  const chosen = random.sample(unread.slice(-6), 1, MAX_SINKS);
  if (random.chance(0.2)) chosen.push(random.pick(results));
  return [...new Set(chosen)].map((node) => ({
    node,
    kind: random.pickWeighted(["collect", "count", "stream"] as const, (kind) => (kind === "collect" ? 8 : 1)),
  }));
}

function drawsOfPlan({ nodes, sinks }: PlanSpec): readonly Draw[] {
  const isShared = nodes.some(
    (n) => nodes.filter((m) => m.inputs.includes(n) && !m.isHandle && !n.isHandle).length > 1,
  );
  return [
    ...(sinks.length > 1 ? [{ group: "plan" as const, name: "several jobs" }] : []),
    ...(isShared ? [{ group: "plan" as const, name: "two consumers" }] : []),
  ];
}

/** Returns the plan of the nodes that the sinks need. @internal */
export function reachable(seed: number, nodes: readonly PlanNode[], sinks: readonly PlanSink[]): PlanSpec {
  const needed = new Set<PlanNode>();
  const visit = (node: PlanNode): void => {
    if (needed.has(node)) return;
    needed.add(node);
    node.inputs.forEach(visit);
  };
  for (const sink of sinks) visit(sink.node);
  return { seed, nodes: nodes.filter((n) => needed.has(n)), sinks };
}
