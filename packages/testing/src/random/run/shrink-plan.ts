/**
 * Cuts a failing plan down while it keeps failing: results that are not asked for any more, operators that are left out or
 * asked for themselves, shorter sources. Greedy: the first smaller plan that fails is the next one to cut.
 */
import { reachable } from "../generate/draw-plan.js";
import type { PlanNode, PlanSink, PlanSpec } from "../plan-spec.js";
import { sameShape } from "../types/shape.js";

/** Tells whether a plan still fails as the first one did. @internal */
export type StillFails = (plan: PlanSpec) => Promise<boolean>;

/** Returns the smallest failing plan found with at most `maxRuns` tries. @internal */
export async function shrinkPlan(plan: PlanSpec, stillFails: StillFails, maxRuns: number): Promise<PlanSpec> {
  let smallest = plan;
  let numRuns = 0;
  for (let hasShrunk = true; hasShrunk; ) {
    hasShrunk = false;
    for (const candidate of candidatesOf(smallest)) {
      if (numRuns++ >= maxRuns) return smallest;
      if (!(await stillFails(candidate))) continue;
      smallest = candidate;
      hasShrunk = true;
      break;
    }
  }
  return smallest;
}

function* candidatesOf(plan: PlanSpec): Generator<PlanSpec> {
  if (plan.sinks.length > 1) {
    for (const sink of plan.sinks) yield reachable(plan.seed, plan.nodes, [sink]);
  }
  yield* withEarlierSinks(plan);
  for (const node of plan.nodes) {
    const input = node.inputs[0];
    const isNeeded = plan.nodes.some((each) => each.isTied && each.inputs.includes(node));
    if (input !== undefined && !isNeeded && canStandFor(input, node)) yield withReplaced(plan, node, input);
  }
  for (const node of plan.nodes) yield* withFewerRecords(plan, node);
}

/** Asks for the inputs of the result instead of it. */
function* withEarlierSinks(plan: PlanSpec): Generator<PlanSpec> {
  const [sink] = plan.sinks;
  if (sink === undefined || plan.sinks.length > 1) return;
  for (const node of plan.nodes) {
    if (node === sink.node || node.isHandle || node.scope !== undefined || node.records !== undefined) continue;
    yield reachable(plan.seed, plan.nodes, [{ node, kind: "collect" }]);
  }
}

function canStandFor(input: PlanNode, node: PlanNode): boolean {
  return !input.isHandle && !node.isHandle && input.scope === node.scope && sameShape(input.shape, node.shape);
}

/** Keeps a half of a source's records, or all but one of few. */
function* withFewerRecords(plan: PlanSpec, node: PlanNode): Generator<PlanSpec> {
  const { records } = node;
  if (records === undefined || records.length === 0) return;
  const half = Math.ceil(records.length / 2);
  const parts = records.length > 1 ? [records.slice(0, half), records.slice(half)] : [[]];
  if (records.length <= 12) {
    for (let i = 0; i < records.length; i++) parts.push(records.filter((_, j) => j !== i));
  }
  for (const part of parts) yield withReplaced(plan, node, { ...node, records: part });
}

/** Returns the plan with one node in another's place, and all that read it made anew. */
function withReplaced(plan: PlanSpec, node: PlanNode, replacement: PlanNode): PlanSpec {
  const copies = new Map<PlanNode, PlanNode>([[node, replacement]]);
  const nodes: PlanNode[] = [];
  for (const each of plan.nodes) {
    const copy = copies.get(each) ?? copyOf(each, copies);
    copies.set(each, copy);
    if (!nodes.includes(copy)) nodes.push(copy);
  }
  const sinks: PlanSink[] = plan.sinks.map((sink) => ({ ...sink, node: copies.get(sink.node) as PlanNode }));
  return reachable(plan.seed, nodes, sinks);
}

function copyOf(node: PlanNode, copies: ReadonlyMap<PlanNode, PlanNode>): PlanNode {
  const inputs = node.inputs.map((each) => copies.get(each) as PlanNode);
  return inputs.every((each, i) => each === node.inputs[i]) ? node : { ...node, inputs };
}
