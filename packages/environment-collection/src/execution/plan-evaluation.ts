/**
 * Evaluates a plan once: operators one after the other, each after those that it reads. The dynamic path of an iteration is
 * evaluated by the iteration, once per superstep; everything else once.
 */
import {
  dependenciesOf,
  type IterationBody,
  type LogicalOperator,
  logical,
  type Operator,
  type Plan,
} from "@millrace/common-api";
import { commitSinks, type JobProgress } from "@millrace/core";
import { evaluateOperator } from "../operators/evaluate-operator.js";
import { bulkIteration, deltaIteration, type EvaluateStep } from "../operators/iterations.js";
import { firstOnDemand, heldBackIn } from "../operators/on-demand.js";
import { SinkRun } from "../operators/sink.js";
import { type JobAttempt, throwIfCancelled } from "./job-attempt.js";
import { OperatorRun } from "./operator-run.js";
import type { Partitions } from "./partitions.js";
import { takenIn } from "./records.js";
import type { Superstep } from "./superstep.js";

type Results = ReadonlyMap<Operator, Partitions>;

/** Is one evaluation of a plan, with its sinks. */
export class PlanEvaluation {
  readonly #plan: Plan;
  readonly #parallelism: ReadonlyMap<Operator, number>;
  readonly #job: JobAttempt;
  readonly #onProgress: ((progress: JobProgress) => void) | undefined;
  /** Operators that are evaluated as far as a `first` needs them, by that. */
  readonly #heldBack: ReadonlyMap<Operator, readonly Operator[]>;
  readonly #results = new Map<Operator, Partitions>();
  readonly #sinks = new Map<Operator, SinkRun>();

  constructor(
    plan: Plan,
    parallelism: ReadonlyMap<Operator, number>,
    job: JobAttempt,
    onProgress: ((progress: JobProgress) => void) | undefined,
  ) {
    this.#plan = plan;
    this.#heldBack = heldBackIn(plan);
    this.#parallelism = parallelism;
    this.#job = job;
    this.#onProgress = onProgress;
  }

  /**
   * Evaluates everything, merges the accumulators and commits all sinks. Returns what reached each collecting sink, in the order of the plan's
   * sinks. When anything fails, or the job is cancelled, all sinks that are not committed are aborted before it throws.
   */
  async run(): Promise<readonly Partitions[]> {
    try {
      await this.#initializeSinks();
      await this.#evaluateOutside();
      // From here on nothing may fail but a sink itself: what was committed can't be taken back.
      this.#job.accumulators.merged();
      await this.#commitSinks();
    } catch (error) {
      await this.#abortSinks();
      throw error;
    }
    return this.#plan.sinks.filter(({ kind }) => kind === "collect").map((sink) => this.#resultOf(sink));
  }

  async #initializeSinks(): Promise<void> {
    for (const sink of this.#plan.sinks) {
      throwIfCancelled(this.#job);
      if (sink.kind !== "sink") continue;
      const sinkRun = new SinkRun(this.#runOf(sink, undefined, this.#results));
      await sinkRun.initialize();
      // A sink that refused to begin must not be told to remove what was there before.
      this.#sinks.set(sink, sinkRun);
    }
  }

  async #evaluateOutside(): Promise<void> {
    const outside = operatorsOutsideOfIterations(this.#plan);
    const lastReaders = lastReadersOf(outside, this.#plan, this.#heldBack);
    const heldBack = new Set([...this.#heldBack.values()].flat());
    for (const [numDone, operator] of outside.entries()) {
      await this.#job.pause();
      throwIfCancelled(this.#job);
      this.#report(operator, numDone, outside.length);
      if (!heldBack.has(operator)) {
        this.#results.set(operator, await this.#evaluate(operator, undefined, this.#results));
      }
      this.#report(operator, numDone + 1, outside.length);
      for (const done of lastReaders.get(operator) ?? []) this.#results.delete(done);
    }
  }

  /** Evaluates an operator, and holds its results to their declared type, also where they were only kept. */
  async #evaluate(operator: Operator, superstep: Superstep | undefined, results: Results): Promise<Partitions> {
    const partitions = await this.#compute(operator, superstep, results);
    const { resultType } = operator.settings;
    if (resultType === undefined) return partitions;
    const run = this.#runOf(logical(operator), superstep, results);
    return partitions.map((records, index) =>
      records.map((record) => takenIn(record, resultType, () => run.place(index))),
    );
  }

  async #compute(operator: Operator, superstep: Superstep | undefined, results: Results): Promise<Partitions> {
    const node = logical(operator);
    switch (node.kind) {
      case "sink":
        await this.#sinks.get(node)?.write(results.get(node.input) as Partitions);
        return [];
      case "collect":
        return results.get(node.input) as Partitions;
      case "bulkIteration":
        return bulkIteration(this.#runOf(node, superstep, results), this.#stepOf(node, results));
      case "deltaIteration":
        return deltaIteration(this.#runOf(node, superstep, results), this.#stepOf(node, results));
      case "partialSolution":
      case "workset":
      case "solutionSet":
        return results.get(node) as Partitions;
      default: {
        const heldBack = this.#heldBack.get(node);
        if (node.kind !== "first" || heldBack === undefined) {
          return evaluateOperator(this.#runOf(node, superstep, results));
        }
        const runOf = (operator: LogicalOperator) => this.#runOf(operator, superstep, results);
        return firstOnDemand(this.#runOf(node, superstep, results), heldBack, runOf);
      }
    }
  }

  /** Makes the function that evaluates the dynamic path of an iteration for one superstep. */
  #stepOf(iteration: Operator, outside: Results): EvaluateStep {
    const { operators } = this.#plan.iterations.get(iteration) as IterationBody;
    return async (placeholders, superstep) => {
      const results = new Map([...outside, ...placeholders]);
      for (const operator of operators) {
        await this.#job.pause();
        throwIfCancelled(this.#job);
        results.set(operator, await this.#evaluate(operator, superstep, results));
      }
      return (operator) => results.get(operator) as Partitions;
    };
  }

  #runOf<O extends LogicalOperator>(operator: O, superstep: Superstep | undefined, results: Results): OperatorRun<O> {
    return new OperatorRun(operator, this.#parallelism.get(operator) as number, this.#job, superstep, results);
  }

  async #commitSinks(): Promise<void> {
    throwIfCancelled(this.#job);
    if (this.#sinks.size === 0) return;
    this.#job.commitBegins();
    const sinks = [...this.#sinks].map(([operator, sinkRun]) => ({
      sink: sinkRun.sink,
      where: sinkRun.place,
      commit: async () => {
        await sinkRun.commit();
        // What is committed stays: a later failure must not remove it.
        this.#sinks.delete(operator);
      },
    }));
    await commitSinks(sinks);
  }

  async #abortSinks(): Promise<void> {
    for (const sink of this.#sinks.values()) {
      try {
        await sink.abort();
      } catch {
        // The failure that led here is the one to report.
      }
    }
  }

  #resultOf(operator: Operator): Partitions {
    return this.#results.get(operator) as Partitions;
  }

  #report(operator: Operator, numOperatorsDone: number, numOperators: number): void {
    const numRecords = this.#results.get(operator)?.reduce((sum, records) => sum + records.length, 0) ?? 0;
    this.#onProgress?.({ operator: operator.settings.name, numOperatorsDone, numOperators, numRecords });
  }
}

function operatorsOutsideOfIterations(plan: Plan): readonly Operator[] {
  const inside = new Set([...plan.iterations.values()].flatMap(({ operators }) => operators));
  const placeholders = new Set(["partialSolution", "workset", "solutionSet"]);
  return plan.operators.filter((operator) => !inside.has(operator) && !placeholders.has(operator.kind));
}

/** Returns, for each operator, the operators whose results are of no use after it: nothing later reads them. */
function lastReadersOf(
  order: readonly Operator[],
  plan: Plan,
  heldBack: ReadonlyMap<Operator, readonly Operator[]>,
): ReadonlyMap<Operator, readonly Operator[]> {
  const lastReader = new Map<Operator, Operator>();
  for (const operator of order) {
    const body = plan.iterations.get(operator)?.operators ?? [];
    for (const reader of [operator, ...body, ...(heldBack.get(operator) ?? [])]) {
      for (const input of dependenciesOf(reader)) lastReader.set(input, operator);
    }
  }
  const result = new Map<Operator, Operator[]>();
  for (const [input, reader] of lastReader) result.set(reader, [...(result.get(reader) ?? []), input]);
  return result;
}
