import type { CrossOperator, JoinOperator, Operator, PairResult, ProjectedField } from "@millrace/common-api";
import type { Data } from "../data/data.js";
import { type NodeState, nodeOf } from "../data/node-state.js";
import { DataSet } from "../data-set.js";
import { OperatorCall } from "../operators/operator-call.js";
import {
  crossOperator,
  joinOperator,
  joinVerb,
  projectionOf,
  projectionResult,
} from "../transformations/two-input-transformations.js";
import type { PairKey, Pairs, PickedField, Picks, Projected } from "./projection-types.js";

/** Is the fields taken from the pairs of a join or cross so far. @public */
export class PairProjection<L, R, P extends readonly PickedField[]> extends DataSet<Projected<L, R, P>> {
  /** Exists only in the type system. */
  declare readonly "~left": L;
  /** Exists only in the type system. */
  declare readonly "~right": R;
  /** Exists only in the type system. */
  declare readonly "~picks": P;
  /** The fields taken so far. @internal */
  protected readonly fields: readonly ProjectedField[];

  private constructor(node: NodeState, fields: readonly ProjectedField[]) {
    super(node);
    this.fields = fields;
  }

  /** Begins a projection with the fields of one side. @internal */
  static start<L, R, P extends readonly PickedField[]>(
    pairs: Data<unknown>,
    side: "first" | "second",
    given: readonly unknown[],
    taken: readonly ProjectedField[] = [],
  ): PairProjection<L, R, P> {
    const { operator, environment } = nodeOf(pairs);
    const pairing = operator as JoinOperator | CrossOperator;
    const call = new OperatorCall(pairing.kind === "join" ? joinVerb(pairing.joinType) : "Cross");
    const input = operator.inputs[side === "first" ? 0 : 1] as Operator;
    const fields = projectionOf(taken, side, given, input, call);
    const projected = withResult(pairing, projectionResult(fields, call), call);
    environment.operators.forget(operator);
    environment.operators.add(projected);
    return new PairProjection<L, R, P>({ operator: projected, environment }, fields);
  }

  /** Also takes fields of the left side, or the whole left record when none is named. */
  projectFirst<A, B, Q extends readonly PickedField[], const K extends readonly PairKey<A>[]>(
    this: Pairs<A, B> & { readonly "~picks": Q },
    ...fields: K
  ): PairProjection<A, B, Picks<Q, "first", K>> {
    return more<A, B, Picks<Q, "first", K>>(this, "first", fields);
  }

  /** Also takes fields of the right side, or the whole right record when none is named. */
  projectSecond<A, B, Q extends readonly PickedField[], const K extends readonly PairKey<B>[]>(
    this: Pairs<A, B> & { readonly "~picks": Q },
    ...fields: K
  ): PairProjection<A, B, Picks<Q, "second", K>> {
    return more<A, B, Picks<Q, "second", K>>(this, "second", fields);
  }
}

function more<L, R, P extends readonly PickedField[]>(
  self: Pairs<L, R>,
  side: "first" | "second",
  given: readonly unknown[],
): PairProjection<L, R, P> {
  const projection = self as unknown as Data<unknown> & { readonly fields: readonly ProjectedField[] };
  return PairProjection.start<L, R, P>(projection, side, given, projection.fields);
}

function withResult(operator: JoinOperator | CrossOperator, result: PairResult, call: OperatorCall): Operator {
  const { left, right } = operator;
  return operator.kind === "join"
    ? joinOperator({ ...operator, left, right }, result, call)
    : crossOperator(left, right, operator.hint, result, call);
}
