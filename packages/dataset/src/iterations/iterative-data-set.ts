import type { BulkIterationOperator } from "@millrace/common-api";
import type { AggregatorFactory, ConvergenceCriterion } from "@millrace/core";
import type { Data, Loose } from "../data/data.js";
import { type NodeState, nodeOf } from "../data/node-state.js";
import { DataSet } from "../data-set.js";
import { OperatorCall } from "../operators/operator-call.js";
import { closeBulk, registerAggregator } from "../transformations/iteration-transformations.js";

/** Is the partial solution of a bulk iteration, from which the step is built (B090). @public */
export class IterativeDataSet<out T> extends DataSet<T> {
  /** The iteration in the plan. @internal */
  readonly iteration: BulkIterationOperator;

  /** @internal */
  constructor(node: NodeState, iteration: BulkIterationOperator) {
    super(node);
    this.iteration = iteration;
  }

  /**
   * Closes the loop: `next` is the partial solution of the next superstep, and after the last one the result. With
   * `termination` the loop also ends after the superstep in which that data set is empty (B091).
   * Throws INVALID_ITERATION when the loop is closed already.
   */
  closeWith<S>(this: Data<S>, next: Data<Loose<S>>, termination?: Data<unknown>): DataSet<S> {
    const { environment } = nodeOf(this);
    const { iteration } = this as unknown as IterativeDataSet<S>;
    return environment.factory.dataSet<S>(closeBulk(iteration, environment, next, termination), environment);
  }

  /** Registers an aggregator that functions of the step reach by `context.getIterationAggregator(name)` (B097). */
  registerAggregator<V>(name: string, factory: AggregatorFactory<V>): this {
    registerAggregator(this.iteration, name, factory, undefined, new OperatorCall("registerAggregator"));
    return this;
  }

  /** Registers an aggregator whose value ends the loop when `criterion` says so; at most one per iteration (B098). */
  registerConvergenceCriterion<V>(
    name: string,
    factory: AggregatorFactory<V>,
    criterion: ConvergenceCriterion<V>,
  ): this {
    const call = new OperatorCall("registerConvergenceCriterion");
    registerAggregator(this.iteration, name, factory, criterion as ConvergenceCriterion<unknown>, call);
    return this;
  }

  /** Names the iteration in plans and errors. */
  override name(name: string): this {
    this.iteration.settings.name = new OperatorCall("name").requireName(name);
    return this;
  }

  /** Sets the number of subtasks of the whole loop (B096). */
  override setParallelism(parallelism: number): this {
    const call = new OperatorCall("setParallelism");
    this.iteration.settings.parallelism = call.requireParallelism(parallelism);
    return this;
  }
}
