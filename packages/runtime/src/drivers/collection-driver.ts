import type { DriverSpec } from "@millrace/job-graph";
import type { Driver, Steps } from "../task/driver.js";
import type { TaskDriverContext } from "../task/task-driver-context.js";
import { TimedPace } from "./timed-pace.js";

/** Gives the records that the program itself holds: neighbouring ones to one task. What is no array may never end, and is read as far as it is needed. */
export class CollectionDriver implements Driver {
  readonly #records: Iterable<unknown>;
  readonly #context: TaskDriverContext;

  constructor(spec: Extract<DriverSpec, { kind: "collection" }>, context: TaskDriverContext) {
    this.#records = context.job.objects.get(spec.records) as Iterable<unknown>;
    this.#context = context;
  }

  *run(): Steps {
    const { out, vertex, job } = this.#context;
    // Without a chain a record is written as a row at once; functions of a chain get a copy of their own.
    const copy = vertex.chain.length > 0 ? job.copies.atOnePlace() : undefined;
    const pace = new TimedPace(job.host.clock);
    for (const record of this.#own()) {
      if (out.isFull) yield "output";
      out.collect(copy === undefined ? record : copy(record));
      if (pace.isDue()) yield "turn";
    }
  }

  close(): void {}

  /** Returns the records of this task. */
  #own(): Iterable<unknown> {
    const { vertex, subtaskIndex } = this.#context;
    if (vertex.parallelism === 1) return this.#records;
    const records = Array.isArray(this.#records) ? (this.#records as readonly unknown[]) : [...this.#records];
    return records.slice(...neighbours(records.length, vertex.parallelism, subtaskIndex));
  }
}

/** Cuts `length` things into `count` neighbouring pieces whose lengths differ by at most one, the longer ones first; returns begin and end of one. */
export function neighbours(length: number, count: number, index: number): [number, number] {
  const shortest = Math.floor(length / count);
  const numLonger = length % count;
  const start = index * shortest + Math.min(index, numLonger);
  return [start, start + shortest + (index < numLonger ? 1 : 0)];
}
