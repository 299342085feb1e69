import type { Operator, Order, Partitioner } from "@millrace/common-api";
import type { ExpressionOver, PlainRecord } from "@millrace/core";
import type { EnvironmentState } from "../environment/environment-state.js";
import type { CoGroupFunction } from "../functions/function-types.js";
import { orderingOf, partitionerOf } from "../keys/key-parts.js";
import type { RecordSelector } from "../keys/keyed.js";
import { OperatorCall } from "../operators/operator-call.js";
import {
  type CoGroupDraft,
  coGroupOperator,
  coGroupRawOperator,
  type KeyPair,
} from "../transformations/two-input-transformations.js";
import type { UdfDataSet } from "../udf-data-set.js";
import type { PairKey, Pairs } from "./projection-types.js";

/** Is two data sets grouped by a common key, before it is said what becomes of the groups. @public */
export class CoGroup<out L, out R> implements Pairs<L, R> {
  declare readonly "~left": L;
  declare readonly "~right": R;
  readonly #draft: CoGroupDraft;
  readonly #environment: EnvironmentState;

  /** @internal */
  constructor(draft: CoGroupDraft, environment: EnvironmentState) {
    this.#draft = draft;
    this.#environment = environment;
  }

  /** Calls the function once for every key that is in either input; each side can be read once and may be empty (B044). */
  with<O extends PlainRecord = never, C extends PlainRecord = never>(
    fn: CoGroupFunction<L, R, O, C>,
  ): UdfDataSet<O | NoInfer<C>> {
    return this.#environment.factory.udf<O>(coGroupOperator(this.#draft, fn), this.#environment);
  }

  /** Sorts the left side of each group; further calls sort equal records by further keys (B045). */
  sortFirstGroup<A, B>(
    this: Pairs<A, B>,
    key: PairKey<A> | RecordSelector<A> | ExpressionOver<A>,
    order: Order = "ascending",
  ): CoGroup<A, B> {
    const self = this as unknown as CoGroup<A, B>;
    const added = orderingOf(key, order, self.#draft.left, new OperatorCall("SortFirstGroup"));
    return new CoGroup<A, B>({ ...self.#draft, leftOrder: [...self.#draft.leftOrder, ...added] }, self.#environment);
  }

  /** Sorts the right side of each group; further calls sort equal records by further keys. */
  sortSecondGroup<A, B>(
    this: Pairs<A, B>,
    key: PairKey<B> | RecordSelector<B> | ExpressionOver<B>,
    order: Order = "ascending",
  ): CoGroup<A, B> {
    const self = this as unknown as CoGroup<A, B>;
    const added = orderingOf(key, order, self.#draft.right, new OperatorCall("SortSecondGroup"));
    return new CoGroup<A, B>({ ...self.#draft, rightOrder: [...self.#draft.rightOrder, ...added] }, self.#environment);
  }

  /** Decides by a function of the key, which must have one part, to which partition the records of both sides go (B046). */
  withPartitioner(partitioner: Partitioner<never>): CoGroup<L, R> {
    const call = new OperatorCall("WithPartitioner");
    const draft = { ...this.#draft, partitioner: partitionerOf(partitioner, this.#draft.leftKeys, call) };
    return new CoGroup<L, R>(draft, this.#environment);
  }
}

/** Is two data sets whose partitions a function will see as a whole, partitioned by keys or as they are. @public */
export class CoGroupPartitions<out L, out R> {
  readonly #left: Operator;
  readonly #right: Operator;
  readonly #keys: KeyPair | undefined;
  readonly #environment: EnvironmentState;

  /** @internal */
  constructor(left: Operator, right: Operator, keys: KeyPair | undefined, environment: EnvironmentState) {
    this.#left = left;
    this.#right = right;
    this.#keys = keys;
    this.#environment = environment;
  }

  /** Calls the function once per subtask with both partitions; each can be read once and may be empty (B047). */
  with<O extends PlainRecord = never, C extends PlainRecord = never>(
    fn: CoGroupFunction<L, R, O, C>,
  ): UdfDataSet<O | NoInfer<C>> {
    const operator = coGroupRawOperator(this.#left, this.#right, this.#keys, fn);
    return this.#environment.factory.udf<O>(operator, this.#environment);
  }
}
