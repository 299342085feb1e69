import type { CrossOperator } from "@millrace/common-api";
import type { PlainRecord } from "@millrace/core";
import { nodeOf } from "../data/node-state.js";
import { DataSet } from "../data-set.js";
import type { CrossFunction, FlatCrossFunction } from "../functions/function-types.js";
import { OperatorCall } from "../operators/operator-call.js";
import { crossOperator, pairFunctionOf } from "../transformations/two-input-transformations.js";
import type { UdfDataSet } from "../udf-data-set.js";
import { PairProjection } from "./pair-projection.js";
import type { PairKey, Pairs, Picks } from "./projection-types.js";

/** Is every pair of two data sets, and what can be made of them. Without one of its methods it is tuples `[left, right]`. @public */
export class CrossDataSet<out L, out R> extends DataSet<[L, R]> implements Pairs<L, R> {
  declare readonly "~left": L;
  declare readonly "~right": R;

  /** Makes exactly one record of each pair (B048). */
  with<O extends PlainRecord>(fn: CrossFunction<L, R, O>): UdfDataSet<O> {
    return this.#result<O>(fn, false);
  }

  /** Makes none, one or many records of each pair. */
  flatWith<O extends PlainRecord = never, C extends PlainRecord = never>(
    fn: FlatCrossFunction<L, R, O, C>,
  ): UdfDataSet<O | NoInfer<C>> {
    return this.#result<O>(fn, true);
  }

  #result<O>(fn: unknown, isFlat: boolean): UdfDataSet<O> {
    const { environment, operator } = nodeOf(this);
    const { left, right, hint } = operator as CrossOperator;
    const call = new OperatorCall("Cross");
    const result = pairFunctionOf(fn, "cross", isFlat, call);
    environment.operators.forget(operator);
    return environment.factory.udf<O>(crossOperator(left, right, hint, result, call), environment);
  }

  /** Takes fields of the left side, or the whole left record when none is named; go on with `projectSecond`. */
  projectFirst<A, B, const K extends readonly PairKey<A>[]>(
    this: Pairs<A, B>,
    ...fields: K
  ): PairProjection<A, B, Picks<[], "first", K>> {
    return PairProjection.start<A, B, Picks<[], "first", K>>(this as unknown as CrossDataSet<A, B>, "first", fields);
  }

  /** Takes fields of the right side, or the whole right record when none is named; go on with `projectFirst`. */
  projectSecond<A, B, const K extends readonly PairKey<B>[]>(
    this: Pairs<A, B>,
    ...fields: K
  ): PairProjection<A, B, Picks<[], "second", K>> {
    return PairProjection.start<A, B, Picks<[], "second", K>>(this as unknown as CrossDataSet<A, B>, "second", fields);
  }
}
