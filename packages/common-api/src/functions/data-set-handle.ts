import type { BroadcastHandle } from "@millrace/core";
import type { Operator } from "../operators/operator.js";

/** Is the property by which a data set of the fluent API names its operator, so that two copies of this package agree on it. @public */
export const OPERATOR: unique symbol = Symbol.for("millrace.operator");

/** Returns the operator behind a data set that a function holds as its handle; undefined when `handle` is no data set. @public */
export function operatorOf(handle: BroadcastHandle<unknown> | object): Operator | undefined {
  return (handle as { [OPERATOR]?: Operator })[OPERATOR];
}

/** Is how data sets travel that functions hold as handles: by the index of their operator in the plan. @internal */
export interface DataSetHandles {
  /** Gives what travels in place of a data set; undefined for everything else. */
  readonly handleOf: (value: object) => { readonly data: number } | undefined;
  /** Makes the handle anew; one of a data set that is not in the plan names no operator, and so no broadcast set. */
  readonly restoreHandle: (data: unknown) => object;
}

/** Returns how the data sets of a plan travel. @internal */
export function dataSetHandles(plan: { readonly operators: readonly Operator[] }): DataSetHandles {
  return {
    handleOf: (value) => {
      const operator = operatorOf(value);
      return operator === undefined ? undefined : { data: plan.operators.indexOf(operator) };
    },
    restoreHandle: (data) => ({ [OPERATOR]: plan.operators[Number(data)] }),
  };
}
