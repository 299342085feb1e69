import type { DriverSpec } from "@millrace/job-graph";
import type { Driver, Steps } from "../task/driver.js";
import type { TaskDriverContext } from "../task/task-driver-context.js";
import { TimedPace } from "./timed-pace.js";

/** Gives the records that the program itself holds: neighbouring ones to one task. */
export class CollectionDriver implements Driver {
  readonly #records: readonly unknown[];
  readonly #context: TaskDriverContext;

  constructor(spec: Extract<DriverSpec, { kind: "collection" }>, context: TaskDriverContext) {
    this.#records = context.job.objects.get(spec.records) as readonly unknown[];
    this.#context = context;
  }

  *run(): Steps {
    const { out, vertex, subtaskIndex, job } = this.#context;
    const [start, end] = neighbours(this.#records.length, vertex.parallelism, subtaskIndex);
    // Without a chain a record is written as a row at once; functions of a chain get a copy of their own.
    const copy = vertex.chain.length > 0 ? job.copies.atOnePlace() : undefined;
    const pace = new TimedPace(job.host.clock);
    for (let i = start; i < end; i++) {
      if (out.isFull) yield "output";
      const record = this.#records[i];
      out.collect(copy === undefined ? record : copy(record));
      if (pace.isDue()) yield "turn";
    }
  }

  close(): void {}
}

/** Cuts `length` things into `count` neighbouring pieces whose lengths differ by at most one, the longer ones first; returns begin and end of one. */
export function neighbours(length: number, count: number, index: number): [number, number] {
  const shortest = Math.floor(length / count);
  const numLonger = length % count;
  const start = index * shortest + Math.min(index, numLonger);
  return [start, start + shortest + (index < numLonger ? 1 : 0)];
}
