/** Draws where data sets begin: collections of the program, declared or not, and results of earlier jobs. */
import { type Argument, call, code, type PlanNode } from "../plan-spec.js";
import { drawShape, drawTableShape } from "../types/random-type.js";
import { type Shape, shapeInformation, undeclaredShape } from "../types/shape.js";
import { hasCustom } from "../types/value-type.js";
import type { PlanDrawer } from "./plan-drawer.js";

/** Draws a source. Half of them have a shape that another source of the plan has as well. @internal */
export function drawSource(plan: PlanDrawer): PlanNode {
  const { random } = plan;
  const sources = plan.nodes.filter((n) => n.records !== undefined);
  const shape =
    sources.length > 0 && random.chance(0.4)
      ? random.pick(sources).shape
      : plan.isRelational
        ? drawTableShape(random)
        : drawShape(random);
  return sourceOf(plan, shape, drawSize(plan), random.chance(0.6) || needsDeclaration(shape));
}

/** Makes a source of records of a shape. @internal */
export function sourceOf(plan: PlanDrawer, shape: Shape, size: number, isDeclared: boolean): PlanNode {
  const records = plan.values.records(shape, size);
  if (!isDeclared) plan.counts.add("type", "undeclared");
  const type = shapeInformation(shape);
  const declaration: Argument[] = isDeclared ? [code({ text: `types.${String(type)}`, make: () => type })] : [];
  return plan.add({
    operator: "source",
    inputs: [],
    calls: [call("fromCollection", { kind: "records" }, ...declaration)],
    shape: isDeclared ? shape : undeclaredShape(shape),
    maxRecords: size,
    records,
    relation: { kind: "source" },
  });
}

function needsDeclaration(shape: Shape): boolean {
  return shape.fields.some((f) => hasCustom(f.type));
}

function drawSize(plan: PlanDrawer): number {
  const { random } = plan;
  const ticket = random.below(20);
  if (ticket < 2) return 0;
  if (ticket < 4) return 1;
  if (ticket < 19) return random.between(2, 25);
  return random.between(60, 120);
}

/** Draws a data set that is collected by a job of its own, whose result is the source of all that follows. @internal */
export function drawEarlierResult(plan: PlanDrawer): PlanNode | undefined {
  if (plan.scope !== undefined) return undefined;
  const source = plan.pick();
  if (source === undefined) return undefined;
  plan.counts.add("plan", "result of an earlier job");
  return plan.add({
    operator: "source",
    inputs: [source],
    calls: [call("fromCollection", { kind: "records" })],
    shape: undeclaredShape(source.shape),
    maxRecords: source.maxRecords,
    isCollectedFirst: true,
    relation: { kind: "same" },
  });
}
