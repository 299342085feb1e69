import type { Partitioner } from "@millrace/common-api";
import type { PlainRecord } from "@millrace/core";
import { type NodeState, nodeOf } from "../data/node-state.js";
import { DataSet } from "../data-set.js";
import type { FlatJoinFunction, JoinFunction } from "../functions/function-types.js";
import { partitionerOf } from "../keys/key-parts.js";
import { OperatorCall } from "../operators/operator-call.js";
import {
  type JoinDraft,
  joinOperator,
  joinVerb,
  pairFunctionOf,
} from "../transformations/two-input-transformations.js";
import type { UdfDataSet } from "../udf-data-set.js";
import { PairProjection } from "./pair-projection.js";
import type { PairKey, Pairs, Picks } from "./projection-types.js";

/**
 * Is the pairs of a join, and what can be made of them. Without one of its methods it is a data set of tuples `[left, right]`;
 * in an outer join the missing side is null.
 * @public
 */
export class JoinDataSet<out L, out R> extends DataSet<[L, R]> implements Pairs<L, R> {
  declare readonly "~left": L;
  declare readonly "~right": R;
  /** The join before it is said what becomes of its pairs. @internal */
  readonly draft: JoinDraft;

  /** @internal */
  constructor(node: NodeState, draft: JoinDraft) {
    super(node);
    this.draft = draft;
  }

  /** Makes exactly one record of each pair (B037). */
  with<O extends PlainRecord>(fn: JoinFunction<L, R, O>): UdfDataSet<O> {
    return this.#result<O>(fn, false);
  }

  /** Makes none, one or many records of each pair. */
  flatWith<O extends PlainRecord = never, C extends PlainRecord = never>(
    fn: FlatJoinFunction<L, R, O, C>,
  ): UdfDataSet<O | NoInfer<C>> {
    return this.#result<O>(fn, true);
  }

  #result<O>(fn: unknown, isFlat: boolean): UdfDataSet<O> {
    const { environment, operator } = nodeOf(this);
    const call = new OperatorCall(joinVerb(this.draft.joinType));
    const result = pairFunctionOf(fn, "join", isFlat, call);
    environment.operators.forget(operator);
    return environment.factory.udf<O>(joinOperator(this.draft, result, call), environment);
  }

  /**
   * Takes fields of the left side, or the whole left record when none is named; go on with `projectSecond`. The result is a row
   * of the fields' last names, or a tuple in the order of the calls when any field is a position or a whole record (B038).
   */
  projectFirst<A, B, const K extends readonly PairKey<A>[]>(
    this: Pairs<A, B>,
    ...fields: K
  ): PairProjection<A, B, Picks<[], "first", K>> {
    return PairProjection.start<A, B, Picks<[], "first", K>>(this as unknown as JoinDataSet<A, B>, "first", fields);
  }

  /** Takes fields of the right side, or the whole right record when none is named; go on with `projectFirst`. */
  projectSecond<A, B, const K extends readonly PairKey<B>[]>(
    this: Pairs<A, B>,
    ...fields: K
  ): PairProjection<A, B, Picks<[], "second", K>> {
    return PairProjection.start<A, B, Picks<[], "second", K>>(this as unknown as JoinDataSet<A, B>, "second", fields);
  }

  /** Decides by a function of the key, which must have one part, to which partition the records of both sides go (B042). */
  withPartitioner(partitioner: Partitioner<never>): JoinDataSet<L, R> {
    const { environment, operator } = nodeOf(this);
    const call = new OperatorCall(joinVerb(this.draft.joinType));
    const draft = { ...this.draft, partitioner: partitionerOf(partitioner, this.draft.leftKeys, call) };
    environment.operators.forget(operator);
    return environment.factory.join<L, R>(draft, call, environment);
  }
}
