import type { DeltaIterationOperator } from "@millrace/common-api";
import type { AggregatorFactory, ConvergenceCriterion } from "@millrace/core";
import type { Data, JoinInput, Loose } from "../data/data.js";
import { type NodeState, STATE } from "../data/node-state.js";
import type { DataSet } from "../data-set.js";
import type { EnvironmentState } from "../environment/environment-state.js";
import type { CoGroup } from "../joins/co-group.js";
import type { JoinDataSet } from "../joins/join-data-set.js";
import { coGroupPairing, joinPairing } from "../joins/pairings.js";

import { SolutionWhere } from "../joins/where.js";
import { OperatorCall } from "../operators/operator-call.js";
import { closeDelta, registerAggregator } from "../transformations/iteration-transformations.js";

/** Shows the loop's two element types to methods, covariantly. @public */
export interface DeltaLoop<out S, out W> {
  /** Exists only in the type system. */
  readonly "~solution": S;
  /** Exists only in the type system. */
  readonly "~workset": W;
}

/**
 * Is a delta iteration, from whose solution set and workset the step is built (B092). `S` is what the solution set holds, `W`
 * the workset, `K` the key.
 * @public
 */
export class DeltaIteration<out S, out W, out K extends readonly unknown[]> implements DeltaLoop<S, W> {
  declare readonly "~solution": S;
  declare readonly "~workset": W;
  /** What the previous superstep left to do. */
  readonly workset: DataSet<W>;
  /** The records so far, one per key; only a join or coGroup on the key reads them. */
  readonly solutionSet: SolutionSet<S, K>;
  /** The iteration in the plan. @internal */
  private readonly operator: DeltaIterationOperator;
  /** The environment of the data sets. @internal */
  protected readonly environment: EnvironmentState;

  /** @internal */
  constructor(operator: DeltaIterationOperator, environment: EnvironmentState) {
    this.operator = operator;
    this.environment = environment;
    this.workset = environment.factory.placeholder<W>(operator.workset, environment);
    this.solutionSet = new SolutionSet<S, K>({ operator: operator.solutionSet, environment });
  }

  /**
   * Closes the loop: the records of `delta` replace those of the solution set with their key at the end of each superstep, and
   * `nextWorkset` is the next workset; the loop ends when that is empty. The result is the solution set.
   * Throws INVALID_ITERATION when the loop is closed already.
   */
  closeWith<A, B>(this: DeltaLoop<A, B>, delta: Data<Loose<A>>, nextWorkset: Data<Loose<B>>): DataSet<A> {
    const { operator, environment } = this as unknown as DeltaIteration<A, B, K>;
    return environment.factory.dataSet<A>(closeDelta(operator, environment, delta, nextWorkset), environment);
  }

  /** Registers an aggregator that functions of the step reach by `context.getIterationAggregator(name)` (B097). */
  registerAggregator<V>(name: string, factory: AggregatorFactory<V>): this {
    registerAggregator(this.operator, name, factory, undefined, new OperatorCall("registerAggregator"));
    return this;
  }

  /** Registers an aggregator whose value ends the loop, as an empty workset does; at most one per iteration (B098). */
  registerConvergenceCriterion<V>(
    name: string,
    factory: AggregatorFactory<V>,
    criterion: ConvergenceCriterion<V>,
  ): this {
    const call = new OperatorCall("registerConvergenceCriterion");
    registerAggregator(this.operator, name, factory, criterion as ConvergenceCriterion<unknown>, call);
    return this;
  }

  /** Keeps the solution set as objects instead of bytes in managed memory (B095). */
  setSolutionSetUnmanaged(isUnmanaged: boolean): this {
    this.operator.isSolutionSetUnmanaged = isUnmanaged;
    return this;
  }

  /** Names the iteration in plans and errors. */
  name(name: string): this {
    this.operator.settings.name = new OperatorCall("name").requireName(name);
    return this;
  }

  /** Sets the number of subtasks of the whole loop (B096). */
  setParallelism(parallelism: number): this {
    const call = new OperatorCall("setParallelism");
    this.operator.settings.parallelism = call.requireParallelism(parallelism);
    return this;
  }
}

/**
 * Is the solution set inside of a delta iteration: no data set, since only a join or coGroup on exactly its key can read it
 * (B093).
 * @public
 */
export class SolutionSet<out S, out K extends readonly unknown[]> implements JoinInput<S, K> {
  declare readonly "~dataset": S;
  declare readonly "~keys": K;
  /** What stands for the solution set in the plan. @internal */
  readonly [STATE]: NodeState;

  /** @internal */
  constructor(node: NodeState) {
    this[STATE] = node;
  }

  /** Joins with the records of the other data set that have a match here. */
  join<A, X extends readonly unknown[], R>(
    this: JoinInput<A, X>,
    other: Data<R>,
  ): SolutionWhere<A, X, R, JoinDataSet<A, R>> {
    return new SolutionWhere<A, X, R, JoinDataSet<A, R>>(joinPairing<A, R>(this, other, "inner", undefined));
  }

  /** Joins with every record of the other data set; the left side is null for those that have no match here. */
  rightOuterJoin<A, X extends readonly unknown[], R>(
    this: JoinInput<A, X>,
    other: Data<R>,
  ): SolutionWhere<A, X, R, JoinDataSet<A | null, R>> {
    const pairing = joinPairing<A | null, R>(this, other, "right-outer", undefined);
    return new SolutionWhere<A, X, R, JoinDataSet<A | null, R>>(pairing);
  }

  /** Groups with another data set; this side has none or one record per key. */
  coGroup<A, X extends readonly unknown[], R>(
    this: JoinInput<A, X>,
    other: Data<R>,
  ): SolutionWhere<A, X, R, CoGroup<A, R>> {
    return new SolutionWhere<A, X, R, CoGroup<A, R>>(coGroupPairing<A, R>(this, other));
  }
}
