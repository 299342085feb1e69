import type { BroadcastHandle } from "@millrace/core";
import type { Operator } from "../operators/operator.js";

/** Is the property by which a data set of the fluent API names its operator, so that two copies of this package agree on it. @public */
export const OPERATOR: unique symbol = Symbol.for("millrace.operator");

/** Returns the operator behind a data set that a function holds as its handle; undefined when `handle` is no data set. @public */
export function operatorOf(handle: BroadcastHandle<unknown> | object): Operator | undefined {
  return (handle as { [OPERATOR]?: Operator })[OPERATOR];
}
