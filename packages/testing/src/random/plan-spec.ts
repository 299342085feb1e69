import type { Draw } from "./draws.js";
import type { Relation } from "./relation.js";
import type { Shape } from "./types/shape.js";

/**
 * Is a random plan as data that can be built, printed and cut down: data sets, each made from earlier ones by a chain of calls
 * on the fluent API. Immutable; shrinking makes other plans of the same nodes.
 * @internal
 */
export interface PlanSpec {
  /** Replays the plan. */
  readonly seed: number;
  /** Each after its inputs. */
  readonly nodes: readonly PlanNode[];
  readonly sinks: readonly PlanSink[];
}

/** Is one data set of a plan. @internal */
export interface PlanNode {
  /** The name of the operator in the report. */
  readonly operator: string;
  readonly inputs: readonly PlanNode[];
  /** What makes the data set of the first input, or of the environment where there is none. */
  readonly calls: readonly Call[];
  readonly shape: Shape;
  /** No run has more records than this, whatever the data. */
  readonly maxRecords: number;
  /** What the operator promises about the order of its result; undefined where only the bag counts. */
  readonly order: readonly OrderPart[] | undefined;
  /** Whether the records come one after the other exactly as the reference gives them: ties of a stable sort too. */
  readonly isSequence: boolean;
  /** The iteration that the node is inside of; undefined outside of all. */
  readonly scope: object | undefined;
  /** The records of a source. */
  readonly records: readonly unknown[] | undefined;
  /** Whether the first input is collected by a job of its own, whose result is read from then on. */
  readonly isCollectedFirst: boolean;
  /** Whether the node is an open iteration or a part of one, which is no data set to collect. */
  readonly isHandle: boolean;
  /** Whether the result is determined behind exactly these inputs only, such as a count per key behind the partitioning by it. */
  readonly isTied: boolean;
  /** Whether it needs no more than some of its input, so that nobody knows how often functions before it are called. */
  readonly endsEarly: boolean;
  /** What the report counts. */
  readonly draws: readonly Draw[];
  /** What the node means in SQL; undefined where it has no such meaning. */
  readonly relation: Relation | undefined;
}

/** Is one key of a promised order. @internal */
export interface OrderPart {
  readonly read: (record: unknown) => unknown;
  readonly isDescending: boolean;
}

/** Says how the result of a node is read. @internal */
export interface PlanSink {
  readonly node: PlanNode;
  readonly kind: "collect" | "count" | "stream";
}

/** Is one call of a chain, or the reading of a property when `args` is undefined. @internal */
export interface Call {
  readonly method: string;
  readonly args: readonly Argument[] | undefined;
  /** The method to call instead when hints are off; null leaves the call out. Undefined: the call is no hint. */
  readonly withoutHint?: string | null;
}

/** Is one argument of a call. @internal */
export type Argument =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "input"; readonly index: number }
  /** The records of a source, or those that were collected first. */
  | { readonly kind: "records" }
  /** Left out when hints are off. */
  | { readonly kind: "hint"; readonly value: string }
  /** A function, a type, an aggregate or an expression: made anew for each run, printed as `text`. */
  | { readonly kind: "code"; readonly text: string; readonly make: () => unknown };

/** Is a function of the library as plans hold it. @internal */
export interface FunctionSpec {
  /** What it does, in TypeScript. */
  readonly text: string;
  /** What the report counts. */
  readonly features: readonly string[];
  readonly make: () => unknown;
}

/** Returns a call with plain arguments. @internal */
export function call(method: string, ...args: readonly Argument[]): Call {
  return { method, args };
}

/** Returns a plain argument. @internal */
export function value(plain: unknown): Argument {
  return { kind: "value", value: plain };
}

/** Returns a function as an argument. @internal */
export function code(spec: { readonly text: string; readonly make: () => unknown }): Argument {
  return { kind: "code", text: spec.text, make: spec.make };
}

/** Returns the argument that is the data set of input number `index`. @internal */
export function input(index: number): Argument {
  return { kind: "input", index };
}
