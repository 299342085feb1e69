import type { Accumulator, AccumulatorClass } from "../accumulators/index.js";
import type { Aggregator } from "../aggregators/index.js";
import type { Configuration } from "../configuration/index.js";

/**
 * Is a data set as far as functions need it: the handle by which a broadcast set is asked for, and by which the compiler
 * knows its element type.
 * @public
 */
export interface BroadcastHandle<out T> {
  /** Exists only in the type system and carries the element type. */
  readonly "~dataset": T;
}

/**
 * Tells a function where it runs and gives it what the job shares: accumulators, broadcast sets, cached files, the
 * superstep. One object per subtask; functions get it as their last argument and in `open`.
 * @public
 */
export interface RuntimeContext {
  /** The operator's name. */
  readonly taskName: string;
  /** How many subtasks the operator has, at least 1. */
  readonly numParallelSubtasks: number;
  /** This subtask's 0-based index. */
  readonly subtaskIndex: number;
  /** 0 for the first run of the job, 1 for its first restart. */
  readonly attemptNumber: number;
  /** Returns what was given to the operator by `withParameters`; empty otherwise. */
  getParameters(): Configuration;
  /** Returns the environment's job parameters. */
  getJobParameters(): Configuration;

  /**
   * Returns this subtask's accumulator `name`, made on first use. Names are shared by the whole job.
   * Throws ACCUMULATOR_CONFLICT when the name is used with another class.
   */
  getAccumulator<A extends Accumulator<never, unknown>>(name: string, type: AccumulatorClass<A>): A;
  /** Registers an accumulator that needs constructor arguments. Throws DUPLICATE_NAME when this subtask has that name already. */
  addAccumulator<V, R>(name: string, accumulator: Accumulator<V, R>): void;

  /** Tells whether a broadcast set of this name was given to the operator. */
  hasBroadcastVariable(name: string): boolean;
  /**
   * Returns all records of a broadcast set, in no particular order. Do not change them: they are shared.
   * With the data set itself as the handle the element type is inferred; by name it is a cast.
   * Throws MISSING_BROADCAST_SET, listing the names there are.
   */
  getBroadcastVariable<T = unknown>(name: string): readonly T[];
  getBroadcastVariable<T>(dataSet: BroadcastHandle<T>): readonly T[];
  /** Returns what `initialize` makes of a broadcast set; it is called once per worker (and superstep) and its result shared. */
  getBroadcastVariableWithInitializer<T, R>(name: string, initialize: (records: Iterable<T>) => R): R;
  getBroadcastVariableWithInitializer<T, R>(dataSet: BroadcastHandle<T>, initialize: (records: Iterable<T>) => R): R;

  /** Returns the local path of a file registered by `env.registerCachedFile`. Throws MISSING_CACHED_FILE. */
  getCachedFile(name: string): string;

  /** Tells whether the operator runs inside of an iteration. */
  isInIteration(): boolean;
  /** Returns the 1-based number of the superstep. Throws NOT_IN_ITERATION outside of iterations. */
  getSuperstepNumber(): number;
  /** Returns this subtask's instance of an aggregator of the iteration. Throws NOT_IN_ITERATION, or INVALID_ARGUMENT for an unknown name. */
  getIterationAggregator<V>(name: string): Aggregator<V>;
  /** Returns the merged aggregate of the previous superstep; null in the first. Throws as `getIterationAggregator` does. */
  getPreviousIterationAggregate<V>(name: string): V | null;
}
