import type { Operator } from "@millrace/common-api";
import type { EnvironmentState } from "../environment/environment-state.js";
import type { Data } from "./data.js";

/** Is the key under which a data set keeps its operator; registered, so that two copies of the package agree. @internal */
export const STATE: unique symbol = Symbol.for("millrace.dataset.state.v1");

/** Is what a data set is at run time: one operator of one environment. @internal */
export interface NodeState {
  /** The operator in the plan. */
  readonly operator: Operator;
  /** What all data sets of its environment share. */
  readonly environment: EnvironmentState;
}

/** Returns the node behind a data set; undefined for anything that is none. @internal */
export function nodeOf(data: Data<unknown>): NodeState {
  return data[STATE];
}

/** Tells whether a value is a data set or a solution set. @internal */
export function isData(value: unknown): value is Data<unknown> {
  return typeof value === "object" && value !== null && STATE in value;
}
