import type { CombineHint, JoinHint, Order, Partitioner } from "@millrace/common-api";
import type {
  Comparable,
  Condition,
  ExpressionOver,
  ExpressionValue,
  Key,
  KeyOf,
  Numeric,
  PlainRecord,
  TypeInformation,
  ValueOf,
} from "@millrace/core";
import type { AggregateDataSet } from "./aggregate-data-set.js";
import type { AggregateOf, AggregateResults, AggregateRow } from "./aggregates/aggregates.js";
import type { Data, Flat, JoinInput, UnionOf } from "./data/data.js";
import { dataSetOf, operatorOf, udfDataSetOf } from "./data/derived.js";
import { nodeOf } from "./data/node-state.js";
import type {
  FilterFunction,
  FilterGuard,
  FlatMapFunction,
  GroupCombineFunction,
  GroupReduceFunction,
  MapAsyncFunction,
  MapFunction,
  MapPartitionFunction,
  ReduceFunction,
} from "./functions/function-types.js";
import type { Grouping } from "./groupings/grouping.js";
import { DeltaIteration } from "./iterations/delta-iteration.js";
import type { IterativeDataSet } from "./iterations/iterative-data-set.js";
import type { CoGroup } from "./joins/co-group.js";
import { CoGroupPartitions } from "./joins/co-group.js";
import type { CrossDataSet } from "./joins/cross-data-set.js";
import type { JoinDataSet } from "./joins/join-data-set.js";
import { coGroupPairing, coGroupRawPairing, joinPairing, semiPairing, sidesOf } from "./joins/pairings.js";
import { Where } from "./joins/where.js";
import type { PartValue, RecordSelector } from "./keys/keyed.js";
import { atCallSite } from "./operators/call-site.js";
import { OperatorCall } from "./operators/operator-call.js";
import type { OrderedDataSet, PartitionedDataSet, SortedPartitionDataSet } from "./ordered-data-sets.js";
import type { ReduceDataSet } from "./reduce-data-set.js";
import { ResultDataSet } from "./result-data-set.js";
import {
  aggregateOperator,
  distinctOperator,
  firstOperator,
  groupCombineOperator,
  groupReduceOperator,
  ONE_GROUP,
  reduceOperator,
  selectByOperator,
  summarizeOperator,
} from "./transformations/grouping-transformations.js";
import { iterateDeltaOperator, iterateOperator } from "./transformations/iteration-transformations.js";
import {
  orderByOperator,
  partitionByHashOperator,
  partitionByRangeOperator,
  partitionCustomOperator,
  rebalanceOperator,
  sortPartitionOperator,
} from "./transformations/partition-transformations.js";
import {
  filterOperator,
  flatMapOperator,
  type MapAsyncOptions,
  mapAsyncOperator,
  mapOperator,
  mapPartitionOperator,
  projectOperator,
  selectOperator,
} from "./transformations/record-transformations.js";
import { crossOperator, unionOperator } from "./transformations/two-input-transformations.js";
import type { UdfDataSet } from "./udf-data-set.js";
import type { Checksum } from "./utilities/checksum.js";
import type { ColumnSummary } from "./utilities/column-summary.js";
import {
  checksummed,
  countPerPartition,
  sampled,
  sampledWithSize,
  summarized,
  withIndex,
  withUniqueId,
} from "./utilities/describe-data-set.js";
import type { PartitionCount } from "./utilities/partition-functions.js";
import type { SampleOptions } from "./utilities/sampling.js";

/**
 * Is a bag of records that a program describes: nothing is computed until one of the methods of {@link ResultDataSet} or
 * the environment's `execute` runs it. Each method returns a new data set and leaves this one as it is.
 * @public
 */
export class DataSet<out T> extends ResultDataSet<T> implements JoinInput<T, null> {
  declare readonly "~keys": null;

  // Record by record.

  /** Replaces each record by what the function returns (B020). */
  map<R extends PlainRecord>(fn: MapFunction<T, R>): UdfDataSet<R> {
    return udfDataSetOf<R>(this, mapOperator(operatorOf(this), fn));
  }

  /**
   * Replaces each record by none, one or many: what the function returns as an iterable, or writes to `out` (B022). A function
   * that writes to `out` declares the type: `(value, out: Collector<Row>) => …`.
   */
  flatMap<R extends PlainRecord = never, C extends PlainRecord = never>(
    fn: FlatMapFunction<T, R, C>,
  ): UdfDataSet<R | NoInfer<C>> {
    return udfDataSetOf<R | C>(this, flatMapOperator(operatorOf(this), fn));
  }

  /** Replaces each partition by what the function makes of it; called for empty partitions too (B021). */
  mapPartition<R extends PlainRecord = never, C extends PlainRecord = never>(
    fn: MapPartitionFunction<T, R, C>,
  ): UdfDataSet<R | NoInfer<C>> {
    return udfDataSetOf<R | C>(this, mapPartitionOperator(operatorOf(this), fn));
  }

  /** Keeps the records that the type guard accepts, with its type. */
  filter<S extends T>(predicate: FilterGuard<T, S>): UdfDataSet<S>;
  /** Keeps the records for which the function returns true, or the expression is true (B023). */
  filter<S>(this: Data<S>, predicate: FilterFunction<S> | Condition<S>): UdfDataSet<S>;
  filter(this: Data<unknown>, predicate: unknown): UdfDataSet<never> {
    return udfDataSetOf<never>(this, filterOperator(operatorOf(this), predicate));
  }

  /** Replaces each record by the value of a promise; several are pending at once, with a timeout and retries if asked for. */
  mapAsync<R extends PlainRecord>(fn: MapAsyncFunction<T, R>, options: MapAsyncOptions = {}): UdfDataSet<R> {
    return udfDataSetOf<R>(this, mapAsyncOperator(operatorOf(this), fn, options));
  }

  /** Keeps some fields, as a tuple in this order; a field may be repeated (B024). */
  project<S, const K extends readonly [Key<S>, ...Key<S>[]]>(
    this: Data<S>,
    ...fields: K
  ): DataSet<{ -readonly [I in keyof K]: ValueOf<S, K[I]> }> {
    return dataSetOf(this, projectOperator(operatorOf(this), fields));
  }

  /** Makes a row of expressions over each record: `select({ name: col("user.name"), total: col("price").times(2) })`. */
  select<S, const C extends Readonly<Record<string, ExpressionOver<S>>>>(
    this: Data<S>,
    columns: C,
  ): DataSet<{ -readonly [P in keyof C]: ExpressionValue<S, C[P]> }> {
    return dataSetOf(this, selectOperator(operatorOf(this), columns));
  }

  // Grouped, or as one group.

  /** Groups by fields, positions or key selectors; what becomes of the groups is said by the result's methods (B035). */
  groupBy<
    S,
    const K extends readonly [
      Key<S> | RecordSelector<S> | ExpressionOver<S>,
      ...(Key<S> | RecordSelector<S> | ExpressionOver<S>)[],
    ],
  >(this: Data<S>, ...keys: K): Grouping<S, K> {
    const node = nodeOf(this);
    return node.environment.factory.grouping<S, K>(node, keys);
  }

  /** Folds all records to one; nothing comes of an empty data set (B025). */
  reduce<S>(this: Data<S>, fn: ReduceFunction<S>, hint?: CombineHint): ReduceDataSet<S> {
    const { operator, environment } = nodeOf(this);
    return environment.factory.reduce<S>(reduceOperator(operator, ONE_GROUP, fn, hint), environment);
  }

  /** Reduces all records as one group to none, one or many; not called for an empty data set (B026). */
  reduceGroup<R extends PlainRecord = never, C extends PlainRecord = never>(
    fn: GroupReduceFunction<T, R, C>,
  ): UdfDataSet<R | NoInfer<C>> {
    return udfDataSetOf<R | C>(this, groupReduceOperator(operatorOf(this), ONE_GROUP, fn));
  }

  /** Combines the records of each partition where they lie (B027). */
  combineGroup<R extends PlainRecord = never, C extends PlainRecord = never>(
    fn: GroupCombineFunction<T, R, C>,
  ): UdfDataSet<R | NoInfer<C>> {
    return udfDataSetOf<R | C>(this, groupCombineOperator(operatorOf(this), ONE_GROUP, fn));
  }

  /** Adds a field up; the result is the last record with the sum in that field (B028, B030). */
  sum<S>(this: Data<S>, field: KeyOf<S, Numeric>): AggregateDataSet<S> {
    return aggregated<S>(this, "sum", field);
  }

  /** Takes the least value of a field; the result is the last record with that in the field. */
  min<S>(this: Data<S>, field: KeyOf<S, Comparable>): AggregateDataSet<S> {
    return aggregated<S>(this, "min", field);
  }

  /** Takes the greatest value of a field; the result is the last record with that in the field. */
  max<S>(this: Data<S>, field: KeyOf<S, Comparable>): AggregateDataSet<S> {
    return aggregated<S>(this, "max", field);
  }

  /** Makes one tuple of all records: the aggregates in this order. There is one for an empty data set too. */
  aggregate<S, const A extends readonly [AggregateOf<S>, ...AggregateOf<S>[]]>(
    this: Data<S>,
    ...aggregates: A
  ): DataSet<AggregateResults<S, A>>;
  /** Makes one row of all records: the aggregates by the names given here. There is one for an empty data set too. */
  aggregate<S, const A extends Readonly<Record<string, AggregateOf<S>>>>(
    this: Data<S>,
    aggregates: A,
  ): DataSet<Flat<AggregateRow<S, A>>>;
  aggregate(this: Data<unknown>, ...aggregates: readonly unknown[]): DataSet<never> {
    return dataSetOf<never>(this, summarizeOperator(operatorOf(this), ONE_GROUP, aggregates));
  }

  /** Keeps the record that is least in `fields`, compared one after the other; the first of equals (B032). */
  minBy<S>(this: Data<S>, ...fields: readonly [KeyOf<S, Comparable>, ...KeyOf<S, Comparable>[]]): DataSet<S> {
    return dataSetOf<S>(this, selectByOperator(operatorOf(this), ONE_GROUP, "min", fields));
  }

  /** Keeps the record that is greatest in `fields`, compared one after the other; the first of equals. */
  maxBy<S>(this: Data<S>, ...fields: readonly [KeyOf<S, Comparable>, ...KeyOf<S, Comparable>[]]): DataSet<S> {
    return dataSetOf<S>(this, selectByOperator(operatorOf(this), ONE_GROUP, "max", fields));
  }

  /** Keeps the first `n` records: any ones, unless the data set is ordered (B033). */
  first(n: number): DataSet<T> {
    return dataSetOf<T>(this, firstOperator(operatorOf(this), ONE_GROUP, n));
  }

  /** Keeps the first record of each key; without a key the whole record is the key (B034). */
  distinct<S>(this: Data<S>, ...keys: readonly (Key<S> | RecordSelector<S> | ExpressionOver<S>)[]): DataSet<S> {
    return dataSetOf<S>(this, distinctOperator(operatorOf(this), keys));
  }

  // With another data set.

  /** Pairs the records that have equal keys: `join(other).where(…).equalTo(…)`, then `with`, `flatWith` or a projection (B036). */
  join<R, KU>(other: JoinInput<R, KU>, hint?: JoinHint): Where<T, R, KU, JoinDataSet<T, R>> {
    return new Where<T, R, KU, JoinDataSet<T, R>>(joinPairing<T, R>(this, other, "inner", hint));
  }

  /** As `join`, advising that the other side is small enough to be sent to every subtask (B039). */
  joinWithTiny<R, KU>(other: JoinInput<R, KU>): Where<T, R, KU, JoinDataSet<T, R>> {
    return new Where<T, R, KU, JoinDataSet<T, R>>(joinPairing<T, R>(this, other, "inner", "broadcast-hash-second"));
  }

  /** As `join`, advising that this side is small enough to be sent to every subtask (B039). */
  joinWithHuge<R, KU>(other: JoinInput<R, KU>): Where<T, R, KU, JoinDataSet<T, R>> {
    return new Where<T, R, KU, JoinDataSet<T, R>>(joinPairing<T, R>(this, other, "inner", "broadcast-hash-first"));
  }

  /** As `join`, keeping records of this side that have no match: their right side is null (B043). */
  leftOuterJoin<R, KU>(other: JoinInput<R, KU>, hint?: JoinHint): Where<T, R, KU, JoinDataSet<T, R | null>> {
    return new Where<T, R, KU, JoinDataSet<T, R | null>>(joinPairing<T, R | null>(this, other, "left-outer", hint));
  }

  /** As `join`, keeping records of the other side that have no match: their left side is null (B043). */
  rightOuterJoin<R, KU>(other: JoinInput<R, KU>, hint?: JoinHint): Where<T, R, KU, JoinDataSet<T | null, R>> {
    return new Where<T, R, KU, JoinDataSet<T | null, R>>(joinPairing<T | null, R>(this, other, "right-outer", hint));
  }

  /** As `join`, keeping records of both sides that have no match: their other side is null (B043). */
  fullOuterJoin<R, KU>(other: JoinInput<R, KU>, hint?: JoinHint): Where<T, R, KU, JoinDataSet<T | null, R | null>> {
    return new Where<T, R, KU, JoinDataSet<T | null, R | null>>(
      joinPairing<T | null, R | null>(this, other, "full-outer", hint),
    );
  }

  /** Keeps the records of this side that have a match on the other, each once. */
  semiJoin<R, KU>(other: JoinInput<R, KU>, hint?: JoinHint): Where<T, R, KU, DataSet<T>> {
    return new Where<T, R, KU, DataSet<T>>(semiPairing<T>(this, other, "semi", hint));
  }

  /** Keeps the records of this side that have no match on the other. A null in a key has none. */
  antiJoin<R, KU>(other: JoinInput<R, KU>, hint?: JoinHint): Where<T, R, KU, DataSet<T>> {
    return new Where<T, R, KU, DataSet<T>>(semiPairing<T>(this, other, "anti", hint));
  }

  /** Groups both sides by a common key: `coGroup(other).where(…).equalTo(…).with(…)` (B044). */
  coGroup<R, KU>(other: JoinInput<R, KU>): Where<T, R, KU, CoGroup<T, R>> {
    return new Where<T, R, KU, CoGroup<T, R>>(coGroupPairing<T, R>(this, other));
  }

  /** Hands whole partitions of both sides to a function: `coGroupPartitions(other).with(…)` as they lie (B047). */
  coGroupPartitions<R>(other: Data<R>): CoGroupPartitions<T, R> {
    const { left, right } = sidesOf(this, other, new OperatorCall("CoGroupPartitions"));
    return new CoGroupPartitions<T, R>(left, right, undefined, nodeOf(this).environment);
  }

  /** As `coGroupPartitions`, after both sides are partitioned by a key: `.where(…).equalTo(…).with(…)`. */
  coGroupPartitionsBy<R, KU>(other: JoinInput<R, KU>): Where<T, R, KU, CoGroupPartitions<T, R>> {
    return new Where<T, R, KU, CoGroupPartitions<T, R>>(coGroupRawPairing<T, R>(this, other));
  }

  /** Pairs every record with every record of the other side (B048). */
  cross<R>(other: Data<R>): CrossDataSet<T, R> {
    return crossed<T, R>(this, other, "optimizer-chooses");
  }

  /** As `cross`, advising that the other side is small (B049). */
  crossWithTiny<R>(other: Data<R>): CrossDataSet<T, R> {
    return crossed<T, R>(this, other, "second-is-small");
  }

  /** As `cross`, advising that this side is small. */
  crossWithHuge<R>(other: Data<R>): CrossDataSet<T, R> {
    return crossed<T, R>(this, other, "first-is-small");
  }

  /** Puts both data sets together, duplicates included (B050). */
  union<U extends PlainRecord>(other: Data<U>): DataSet<UnionOf<T, U>> {
    const call = new OperatorCall("Union");
    const { left, right } = sidesOf(this, other, call);
    return dataSetOf<UnionOf<T, U>>(this, unionOperator(left, right, call));
  }

  // Where records lie.

  /** Spreads the records evenly over the partitions (B051). */
  rebalance(): DataSet<T> {
    return dataSetOf<T>(this, rebalanceOperator(operatorOf(this)));
  }

  /** Brings records with equal keys into one partition (B052). */
  partitionByHash<S>(
    this: Data<S>,
    ...keys: readonly [
      Key<S> | RecordSelector<S> | ExpressionOver<S>,
      ...(Key<S> | RecordSelector<S> | ExpressionOver<S>)[],
    ]
  ): DataSet<S> {
    return dataSetOf<S>(this, partitionByHashOperator(operatorOf(this), keys));
  }

  /**
   * Brings ranges of keys into partitions, least first; `withOrders` and `withDistribution` of the result say more (B054).
   */
  partitionByRange<S>(
    this: Data<S>,
    ...keys: readonly [
      Key<S> | RecordSelector<S> | ExpressionOver<S>,
      ...(Key<S> | RecordSelector<S> | ExpressionOver<S>)[],
    ]
  ): PartitionedDataSet<S> {
    const { operator, environment } = nodeOf(this);
    return environment.factory.partitioned<S>(partitionByRangeOperator(operator, keys), environment);
  }

  /** Sends each record to the partition that a function of its key, which has one part, decides (B053). */
  partitionCustom<S, const K extends Key<S> | RecordSelector<S> | ExpressionOver<S>>(
    this: Data<S>,
    partitioner: Partitioner<PartValue<S, NoInfer<K>>>,
    key: K,
  ): DataSet<S> {
    return dataSetOf<S>(this, partitionCustomOperator(operatorOf(this), partitioner, key));
  }

  /** Sorts each partition; a further `sortPartition` on the result sorts equal records (B055). */
  sortPartition<S>(
    this: Data<S>,
    key: Key<S> | RecordSelector<S> | ExpressionOver<S>,
    order: Order = "ascending",
  ): SortedPartitionDataSet<S> {
    const { operator, environment } = nodeOf(this);
    return environment.factory.sortedPartition<S>(sortPartitionOperator(operator, key, order), environment);
  }

  /** Sorts the whole data set; `thenBy` on the result sorts equal records by a further key. */
  orderBy<S>(
    this: Data<S>,
    key: Key<S> | RecordSelector<S> | ExpressionOver<S>,
    order: Order = "ascending",
  ): OrderedDataSet<S> {
    const { operator, environment } = nodeOf(this);
    return environment.factory.ordered<S>(orderByOperator(operator, key, order), environment);
  }

  // Iterations.

  /**
   * Begins a bulk iteration: build the step from the result, and close it by `closeWith` (B056). A start value whose type is too
   * narrow for the step is widened by a type argument: `iterate<State>(50)`.
   */
  iterate(maxIterations: number): IterativeDataSet<T>;
  iterate<S>(this: Data<S>, maxIterations: number): IterativeDataSet<S>;
  iterate(maxIterations: number): IterativeDataSet<T> {
    const { operator, environment } = nodeOf(this);
    return environment.factory.iterative<T>(iterateOperator(operator, maxIterations), environment);
  }

  /**
   * Begins a delta iteration with this as the solution set, which has one record per key: the last one counts when there are
   * several. Build the step from the result's `workset` and `solutionSet`, and close it by `closeWith` (B057, B092).
   */
  iterateDelta<
    S,
    W,
    const K extends readonly [
      Key<S> | RecordSelector<S> | ExpressionOver<S>,
      ...(Key<S> | RecordSelector<S> | ExpressionOver<S>)[],
    ],
  >(this: Data<S>, workset: Data<W>, maxIterations: number, ...keys: K): DeltaIteration<S, W, K> {
    const operator = iterateDeltaOperator(this, workset, maxIterations, keys);
    return new DeltaIteration<S, W, K>(operator, nodeOf(this).environment);
  }

  // About the records.

  /** Numbers the records from 0 on, partition after partition, as `[index, record]` (B059). Needs a pass to count. */
  zipWithIndex(): UdfDataSet<[index: number, value: T]> {
    return withIndex<T>(this);
  }

  /** Gives each record an id of its own, as `[id, record]`, in one pass; the ids have gaps (B059). */
  zipWithUniqueId(): UdfDataSet<[id: number, value: T]> {
    return withUniqueId<T>(this);
  }

  /** Keeps a random part of the records: each with the probability `fraction` (B059). */
  sample(fraction: number, options: SampleOptions = {}): UdfDataSet<T> {
    return sampled<T>(this, fraction, options);
  }

  /** Keeps `size` random records, or all if there are fewer (B059). */
  sampleWithSize(size: number, options: SampleOptions = {}): UdfDataSet<T> {
    return sampledWithSize<T>(this, size, options);
  }

  /** Counts the records of each partition, as `[partition, count]` (B059). */
  countElementsPerPartition(): UdfDataSet<PartitionCount> {
    return countPerPartition(this);
  }

  /** Describes each column by a row: how many nulls, least, greatest, mean, variance, lengths (B059). */
  summarize(): UdfDataSet<ColumnSummary> {
    return summarized(this);
  }

  /** Computes one row that tells two bags of records apart, whatever their order and engine (B059). */
  checksum(): DataSet<Checksum> {
    return checksummed(this);
  }

  // Composition and settings.

  /**
   * Applies an operation that is composed of others, so that it reads as a method (B058). Errors and plans name this line for
   * all of its parts.
   */
  runOperation<R>(operation: (input: this) => R): R {
    return atCallSite(() => operation(this));
  }

  /** Names the operator in plans and errors (B060). */
  name(name: string): this {
    operatorOf(this).settings.name = new OperatorCall("name").requireName(name);
    return this;
  }

  /** Sets how many subtasks the operator has, at least 1; it wins over the environment's (B060, B194). */
  setParallelism(parallelism: number): this {
    const call = new OperatorCall("setParallelism");
    operatorOf(this).settings.parallelism = call.requireParallelism(parallelism);
    return this;
  }

  /** Declares the type of the records at run time; a record that contradicts it fails the job (B061). */
  returns<S>(this: Data<S>, type: TypeInformation<S>): this {
    operatorOf(this).settings.resultType = new OperatorCall("returns").requireType(type);
    return this as this & Data<S>;
  }
}

function aggregated<S>(data: Data<S>, name: "sum" | "min" | "max", field: unknown): AggregateDataSet<S> {
  const { operator, environment } = nodeOf(data);
  return environment.factory.aggregate<S>(aggregateOperator(operator, ONE_GROUP, name, field), environment);
}

function crossed<L, R>(
  left: Data<L>,
  right: Data<R>,
  hint: "optimizer-chooses" | "second-is-small" | "first-is-small",
): CrossDataSet<L, R> {
  const call = new OperatorCall("Cross");
  const sides = sidesOf(left, right, call);
  const { environment } = nodeOf(left);
  const operator = crossOperator(sides.left, sides.right, hint, { kind: "pair" }, call);
  return environment.factory.cross<L, R>(operator, environment);
}
