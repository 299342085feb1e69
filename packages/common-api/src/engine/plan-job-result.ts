import {
  type Accumulator,
  type AccumulatorClass,
  type AccumulatorResult,
  checkAccumulatorClass,
  type JobResult,
  type SubtaskMetrics,
} from "@millrace/core";
import type { PlanJobOutcome } from "./plan-job.js";

type AnyAccumulator = Accumulator<never, unknown>;

/** Is what a finished job tells. */
export class PlanJobResult implements JobResult {
  readonly jobId: string;
  readonly jobName: string;
  readonly netRuntime: number;
  readonly metrics: readonly SubtaskMetrics[];
  readonly #accumulators: ReadonlyMap<string, AnyAccumulator>;
  readonly #originalOf: (copy: object) => object | undefined;

  constructor(
    told: Pick<JobResult, "jobId" | "jobName" | "netRuntime" | "metrics">,
    { accumulators, originalOf = () => undefined }: Pick<PlanJobOutcome, "accumulators" | "originalOf">,
  ) {
    this.jobId = told.jobId;
    this.jobName = told.jobName;
    this.netRuntime = told.netRuntime;
    this.metrics = told.metrics;
    this.#accumulators = accumulators;
    this.#originalOf = originalOf;
  }

  getAccumulatorResult<A extends Accumulator<never, unknown>>(
    name: string,
    type: AccumulatorClass<A>,
  ): AccumulatorResult<A>;
  getAccumulatorResult(name: string): unknown;
  getAccumulatorResult(name: string, type?: AccumulatorClass<Accumulator<never, unknown>>): unknown {
    const accumulator = this.#accumulators.get(name);
    if (accumulator !== undefined && type !== undefined && this.#originalOf(accumulator.constructor) !== type) {
      checkAccumulatorClass(name, accumulator, type);
    }
    return accumulator?.getLocalValue();
  }

  getAllAccumulatorResults(): ReadonlyMap<string, unknown> {
    return new Map([...this.#accumulators].map(([name, accumulator]) => [name, accumulator.getLocalValue()]));
  }
}
