import {
  type Accumulator,
  type AccumulatorClass,
  type AccumulatorResult,
  checkAccumulatorClass,
  type JobResult,
} from "@millrace/core";

type AnyAccumulator = Accumulator<never, unknown>;

/** Is what a finished job tells. */
export class PlanJobResult implements JobResult {
  readonly jobId: string;
  readonly jobName: string;
  readonly netRuntime: number;
  readonly #accumulators: ReadonlyMap<string, AnyAccumulator>;

  constructor(jobId: string, jobName: string, netRuntime: number, accumulators: ReadonlyMap<string, AnyAccumulator>) {
    this.jobId = jobId;
    this.jobName = jobName;
    this.netRuntime = netRuntime;
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
