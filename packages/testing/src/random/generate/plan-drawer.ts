import { PendingDraws } from "../draws.js";
import type { PlanRandom } from "../plan-random.js";
import type { Argument, Call, FunctionSpec, OrderPart, PlanNode } from "../plan-spec.js";
import { call, code, value } from "../plan-spec.js";
import type { Relation } from "../relation.js";
import { ValueDrawer } from "../types/random-value.js";
import { type Shape, shapeInformation } from "../types/shape.js";
import { hasCustom } from "../types/value-type.js";
import type { KeyDraft } from "./random-key.js";

/** The most records that a data set may have by the bounds that the generator keeps; joins beyond it are not drawn. @internal */
export const MAX_RECORDS = 4000;

/** Is what an operator says about the node it draws; the rest follows from the inputs. @internal */
export interface NodeDraft {
  readonly operator: string;
  readonly inputs: readonly PlanNode[];
  readonly calls: readonly Call[];
  readonly shape: Shape;
  readonly maxRecords: number;
  readonly order?: readonly OrderPart[];
  readonly isSequence?: boolean;
  readonly scope?: object | undefined;
  readonly records?: readonly unknown[];
  readonly isCollectedFirst?: boolean;
  readonly isHandle?: boolean;
  readonly isTied?: boolean;
  readonly endsEarly?: boolean;
  readonly relation?: Relation | undefined;
}

/** Holds a plan while it is drawn: its data sets so far, and the iteration that is open. @internal */
export class PlanDrawer {
  readonly random: PlanRandom;
  /** What was drawn for the node that is made next. */
  readonly counts = new PendingDraws();
  readonly values: ValueDrawer;
  readonly nodes: PlanNode[] = [];
  /** Whether only what is a relation is drawn. */
  readonly isRelational: boolean;
  /** The iteration whose step is drawn; undefined outside of all. */
  scope: object | undefined = undefined;

  constructor(random: PlanRandom, isRelational = false) {
    this.random = random;
    this.isRelational = isRelational;
    this.values = new ValueDrawer(random, this.counts, !isRelational);
  }

  /** Adds a data set to the plan. */
  add(draft: NodeDraft): PlanNode {
    this.counts.add("operator", draft.operator);
    for (const { method, withoutHint, args } of draft.calls) {
      if (method === "withPartitioner") this.counts.add("plan", "partitioner of a key");
      if (withoutHint !== undefined || args?.some((a) => a.kind === "hint")) this.counts.add("plan", "join hint");
    }
    const node: PlanNode = {
      order: undefined,
      isSequence: false,
      records: undefined,
      isCollectedFirst: false,
      isHandle: false,
      isTied: false,
      endsEarly: false,
      relation: undefined,
      scope: draft.inputs.find((input) => input.scope !== undefined)?.scope,
      draws: this.counts.take(),
      ...draft,
    };
    this.nodes.push(node);
    return node;
  }

  /** Returns a data set to go on with: mostly a recent one, sometimes one that has a consumer already. */
  pick(fits: (node: PlanNode) => boolean = () => true): PlanNode | undefined {
    const candidates = this.nodes.filter(
      (n) => !n.isHandle && (n.scope === undefined || n.scope === this.scope) && fits(n),
    );
    if (candidates.length === 0) return undefined;
    if (this.random.chance(0.25)) return this.random.pick(candidates);
    return candidates[Math.max(0, candidates.length - 1 - this.random.below(3))];
  }

  /** Counts what keys were drawn. */
  countKeys(keys: readonly KeyDraft[]): void {
    for (const key of keys) this.counts.add("key", key.form);
    if (keys.length > 1) this.counts.add("key", "several parts");
  }

  /** Returns a function as an argument, and counts what it does. */
  functionArgument(spec: FunctionSpec): Argument {
    for (const feature of spec.features) this.counts.add("function", feature);
    return code(spec);
  }

  /** Draws calls that change nothing in the result: the declared type of a function's result, and a parallelism. */
  settings(shape: Shape): Call[] {
    const calls: Call[] = [];
    if (this.random.chance(0.2) && !shape.fields.some((f) => hasCustom(f.type))) {
      this.counts.add("plan", "declared result");
      const type = shapeInformation(shape);
      calls.push(call("returns", code({ text: `types.${String(type)}`, make: () => type })));
    }
    return [...calls, ...this.parallelism()];
  }

  /** Draws a parallelism of the operator's own, or none. */
  parallelism(): Call[] {
    if (!this.random.chance(0.12)) return [];
    this.counts.add("plan", "own parallelism");
    return [call("setParallelism", value(this.random.between(1, 4)))];
  }
}
