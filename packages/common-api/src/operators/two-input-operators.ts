import type { UserFunction } from "../functions/user-function.js";
import type { Keys, Ordering, Partitioner } from "../keys/keys.js";
import {
  type FunctionSettings,
  newFunctionSettings,
  type Operator,
  type OperatorCommon,
  TwoInputOperator,
} from "./operator.js";

/** Says which records of a join have results. @public */
export type JoinType = "inner" | "left-outer" | "right-outer" | "full-outer" | "semi" | "anti";

/** Advises how a join is run (B040). It never changes the result. @public */
export type JoinHint =
  | "optimizer-chooses"
  | "broadcast-hash-first"
  | "broadcast-hash-second"
  | "repartition-hash-first"
  | "repartition-hash-second"
  | "repartition-sort-merge";

/** Advises how a cross is run (B049). @public */
export type CrossHint = "optimizer-chooses" | "second-is-small" | "first-is-small";

/** Copies one field, or a whole side, into a projected pair. @public */
export interface ProjectedField {
  /** The side that the field is copied from. */
  readonly side: "first" | "second";
  /** A field path, or `*` for the whole record of that side. */
  readonly path: string;
  /** The name of the field in the result row; undefined when the result is a tuple. */
  readonly name: string | undefined;
}

/**
 * Says what becomes of a pair: the tuple of both (null for a missing side), the result of `join` or `cross`, the results of a
 * flat `join(left, right, out, context)`, a projection, or the left record alone (semi and anti joins).
 * @public
 */
export type PairResult =
  | { readonly kind: "pair" }
  | { readonly kind: "function"; readonly function: UserFunction }
  | { readonly kind: "flatFunction"; readonly function: UserFunction }
  | { readonly kind: "projection"; readonly shape: "row" | "tuple"; readonly fields: readonly ProjectedField[] }
  | { readonly kind: "left" };

/**
 * Pairs the records of two inputs that have equal keys (B036, B043). A null in any part of a key equals nothing here.
 * One side may be the solution set of a delta iteration.
 * @public
 */
export class JoinOperator extends TwoInputOperator implements JoinSpec {
  readonly kind = "join";
  readonly joinType: JoinType;
  readonly leftKeys: Keys;
  readonly rightKeys: Keys;
  readonly hint: JoinHint;
  readonly partitioner: Partitioner<unknown> | undefined;
  readonly result: PairResult;
  /** What was declared for the function: broadcast sets, parameters, semantic properties. */
  readonly functionSettings: FunctionSettings = newFunctionSettings();

  constructor(left: Operator, right: Operator, spec: JoinSpec, common: OperatorCommon) {
    super(left, right, common);
    this.joinType = spec.joinType;
    this.leftKeys = spec.leftKeys;
    this.rightKeys = spec.rightKeys;
    this.hint = spec.hint;
    this.partitioner = spec.partitioner;
    this.result = spec.result;
  }
}

/** Is what a {@link JoinOperator} is made of. @public */
export interface JoinSpec {
  /** Says which records have results. */
  readonly joinType: JoinType;
  /** As many parts as `rightKeys`. */
  readonly leftKeys: Keys;
  /** As many parts as `leftKeys`. */
  readonly rightKeys: Keys;
  /** Advises how to run it; never changes the result. */
  readonly hint: JoinHint;
  /** Decides where a key goes; undefined means by the partition hash. */
  readonly partitioner: Partitioner<unknown> | undefined;
  /** Says what becomes of a pair. */
  readonly result: PairResult;
}

/**
 * Calls `coGroup(left, right, out, context)` once per key that is in either input (B044, B045). Null keys are a key like any
 * other here.
 * @public
 */
export class CoGroupOperator extends TwoInputOperator implements CoGroupSpec {
  readonly kind = "coGroup";
  readonly leftKeys: Keys;
  readonly rightKeys: Keys;
  readonly leftOrder: Ordering;
  readonly rightOrder: Ordering;
  readonly partitioner: Partitioner<unknown> | undefined;
  readonly function: UserFunction;
  /** What was declared for the function: broadcast sets, parameters, semantic properties. */
  readonly functionSettings: FunctionSettings = newFunctionSettings();

  constructor(left: Operator, right: Operator, spec: CoGroupSpec, common: OperatorCommon) {
    super(left, right, common);
    this.leftKeys = spec.leftKeys;
    this.rightKeys = spec.rightKeys;
    this.leftOrder = spec.leftOrder;
    this.rightOrder = spec.rightOrder;
    this.partitioner = spec.partitioner;
    this.function = spec.function;
  }
}

/** Is what a {@link CoGroupOperator} is made of. @public */
export interface CoGroupSpec {
  /** As many parts as `rightKeys`. */
  readonly leftKeys: Keys;
  /** As many parts as `leftKeys`. */
  readonly rightKeys: Keys;
  /** The order of each left group; empty for that of arrival. */
  readonly leftOrder: Ordering;
  /** The order of each right group; empty for that of arrival. */
  readonly rightOrder: Ordering;
  /** Decides where a key goes; undefined means by the partition hash. */
  readonly partitioner: Partitioner<unknown> | undefined;
  /** Called as `coGroup(left, right, out, context)`. */
  readonly function: UserFunction;
}

/** Calls `coGroup(left, right, out, context)` once per subtask with both whole partitions (B047). @public */
export class CoGroupRawOperator extends TwoInputOperator {
  readonly kind = "coGroupRaw";
  /** Both inputs are partitioned by these keys first; undefined leaves them where they are. */
  readonly leftKeys: Keys | undefined;
  /** Partitions the right input; undefined leaves it where it is. */
  readonly rightKeys: Keys | undefined;
  /** Called as `coGroup(left, right, out, context)`. */
  readonly function: UserFunction;
  /** What was declared for the function: broadcast sets, parameters, semantic properties. */
  readonly functionSettings: FunctionSettings = newFunctionSettings();

  constructor(
    left: Operator,
    right: Operator,
    leftKeys: Keys | undefined,
    rightKeys: Keys | undefined,
    fn: UserFunction,
    common: OperatorCommon,
  ) {
    super(left, right, common);
    this.leftKeys = leftKeys;
    this.rightKeys = rightKeys;
    this.function = fn;
  }
}

/** Pairs every record with every other (B048). @public */
export class CrossOperator extends TwoInputOperator {
  readonly kind = "cross";
  /** Advises how to run it; never changes the result. */
  readonly hint: CrossHint;
  /** Says what becomes of a pair. */
  readonly result: PairResult;
  /** What was declared for the function: broadcast sets, parameters, semantic properties. */
  readonly functionSettings: FunctionSettings = newFunctionSettings();

  constructor(left: Operator, right: Operator, hint: CrossHint, result: PairResult, common: OperatorCommon) {
    super(left, right, common);
    this.hint = hint;
    this.result = result;
  }
}

/** Puts two inputs together, duplicates included (B050). @public */
export class UnionOperator extends TwoInputOperator {
  readonly kind = "union";

  constructor(left: Operator, right: Operator, common: OperatorCommon) {
    super(left, right, common);
  }
}
