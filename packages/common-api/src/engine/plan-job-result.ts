import {
  type Accumulator,
  type AccumulatorClass,
  type AccumulatorResult,
  checkAccumulatorClass,
  type JobResult,
  type SubtaskMetrics,
} from "@millrace/core";

type AnyAccumulator = Accumulator<never, unknown>;

/** Is what a finished job tells. */
export class PlanJobResult implements JobResult {
  readonly jobId: string;
  readonly jobName: string;
  readonly netRuntime: number;
  readonly metrics: readonly SubtaskMetrics[];
  readonly #accumulators: ReadonlyMap<string, AnyAccumulator>;

  constructor(
    told: Pick<JobResult, "jobId" | "jobName" | "netRuntime" | "metrics">,
    accumulators: ReadonlyMap<string, AnyAccumulator>,
  ) {
    this.jobId = told.jobId;
    this.jobName = told.jobName;
    this.netRuntime = told.netRuntime;
    this.metrics = told.metrics;
    this.#accumulators = accumulators;
  }

  getAccumulatorResult<A extends Accumulator<never, unknown>>(
    name: string,
    type: AccumulatorClass<A>,
  ): AccumulatorResult<A>;
  getAccumulatorResult(name: string): unknown;
  getAccumulatorResult(name: string, type?: AccumulatorClass<Accumulator<never, unknown>>): unknown {
    const accumulator = this.#accumulators.get(name);
    if (accumulator !== undefined && type !== undefined) checkAccumulatorClass(name, accumulator, type);
    return accumulator?.getLocalValue();
  }

  getAllAccumulatorResults(): ReadonlyMap<string, unknown> {
    return new Map([...this.#accumulators].map(([name, accumulator]) => [name, accumulator.getLocalValue()]));
  }
}
