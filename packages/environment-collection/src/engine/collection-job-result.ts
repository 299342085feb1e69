import type { Accumulator, AccumulatorClass, AccumulatorResult, JobResult } from "@millrace/core";
import { type AnyAccumulator, checkClass } from "../execution/subtask-accumulators.js";

/** Is what a finished job of this engine tells. */
export class CollectionJobResult implements JobResult {
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
    if (accumulator !== undefined && type !== undefined) checkClass(name, accumulator, type);
    return accumulator?.getLocalValue();
  }

  getAllAccumulatorResults(): ReadonlyMap<string, unknown> {
    return new Map([...this.#accumulators].map(([name, accumulator]) => [name, accumulator.getLocalValue()]));
  }
}
