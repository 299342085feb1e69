import type { CombineHint, ReduceOperator } from "@millrace/common-api";
import { operatorOf } from "./data/derived.js";
import { OperatorCall } from "./operators/operator-call.js";
import { combineHintOf } from "./transformations/grouping-transformations.js";
import { UdfDataSet } from "./udf-data-set.js";

/** Is the result of a reduce, which can be told how to combine before records are moved. @public */
export class ReduceDataSet<out T> extends UdfDataSet<T> {
  /** Advises how to combine; it never changes the result (B078). Throws INVALID_HINT. */
  setCombineHint(hint: CombineHint): this {
    const operator = operatorOf(this) as ReduceOperator;
    operator.combineHint = combineHintOf(hint, new OperatorCall("setCombineHint"));
    return this;
  }
}
