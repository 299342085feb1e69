import {
  createSubtaskIoContext,
  IntCounter,
  type LineReading,
  type LineWindow,
  lineReadingOf,
  type Source,
  type SourceSplit,
} from "@millrace/core";
import type { DriverSpec } from "@millrace/job-graph";
import { declaredTypeOf, intakeOf, type TakeIn } from "../code/index.js";
import { reportedAt } from "../job/reported.js";
import type { Driver, Steps } from "../task/driver.js";
import { nobodyNeeds } from "../task/nobody-needs.js";
import { awaited } from "../task/promise-steps.js";
import type { TaskDriverContext } from "../task/task-driver-context.js";
import { LineRows } from "./line-rows.js";
import { TimedPace } from "./timed-pace.js";

type Batch = readonly unknown[] | LineWindow;
type Batches = Iterator<Batch> | AsyncIterator<Batch>;

/** Reads a source: one split after the other, as long as there is one for this task. */
export class SourceDriver implements Driver {
  readonly #context: TaskDriverContext;
  readonly #source: Source<unknown>;
  readonly #takeIn: TakeIn;
  /** How the source is read as lines, and what makes rows of them; undefined when it is read record by record. */
  readonly #lines: { readonly reading: LineReading; readonly rows: LineRows } | undefined;
  /** Aborts with the job, or when nobody needs the records that are waited for. */
  readonly #stop = new AbortController();
  #reading: Batches | undefined;
  /** What is waited for. */
  #pending: Promise<unknown> | undefined;

  constructor(spec: Extract<DriverSpec, { kind: "source" }>, context: TaskDriverContext) {
    this.#source = context.job.objects.get(spec.source) as Source<unknown>;
    this.#context = context;
    const { copies, customTypes, checksRecords } = context.job;
    // Rows are checked when they are written; only functions that are chained see records before.
    const isRead = context.vertex.chain.length > 0;
    const code = { subtaskIndex: context.subtaskIndex, copies, customTypes, checksRecords };
    this.#takeIn = isRead ? intakeOf(context.vertex.operator, code) : (record) => record;
    const isString = declaredTypeOf(context.vertex.operator, code)?.kind === "string";
    const reading = isString ? lineReadingOf(this.#source) : undefined;
    if (reading !== undefined) this.#lines = { reading, rows: new LineRows(reading.form, context.layouts) };
  }

  *run(): Steps {
    const { job, vertex, subtaskIndex } = this.#context;
    for (;;) {
      const split = yield* this.#awaited(job.nextSplit(vertex.id, subtaskIndex));
      if (split === undefined) return;
      yield* this.#reported(this.#readSplit(split));
    }
  }

  *leave(): Steps {
    const reading = this.#reading;
    this.#reading = undefined;
    if (this.#pending === undefined) {
      yield* this.#reported(returned(reading));
      return;
    }
    // What the source has at work may never come: it is told, and waited for at the end of the job, but not for ever.
    this.#stop.abort(nobodyNeeds());
    this.#context.job.cleanUp(Promise.allSettled([this.#pending, (async () => reading?.return?.())()]));
  }

  close(): void {
    const { job } = this.#context;
    if (job.signal.aborted) this.#stop.abort(job.signal.reason);
    const reading = this.#reading;
    this.#reading = undefined;
    // A generator that is waiting for something hears of the signal; what it does with it is waited for, but not for ever.
    if (reading !== undefined) job.cleanUp((async () => reading.return?.())());
  }

  *#readSplit(split: SourceSplit): Steps {
    const { out, job } = this.#context;
    const pace = new TimedPace(job.host.clock);
    const lines = this.#lines;
    const batches = (lines?.reading ?? this.#source).read(split, this.#ioContext());
    const isAsync = Symbol.asyncIterator in batches;
    const reading = isAsync ? batches[Symbol.asyncIterator]() : batches[Symbol.iterator]();
    this.#reading = reading;
    for (;;) {
      const next = reading.next();
      const { done, value } = isAsync
        ? yield* this.#awaited(next as Promise<IteratorResult<Batch>>)
        : (next as IteratorResult<Batch>);
      if (done === true) break;
      if (lines !== undefined && !isRecords(value)) {
        yield* lines.rows.collect(value, out);
        continue;
      }
      const records = value as readonly unknown[];
      for (let i = 0; i < records.length; i++) {
        while (out.isFull) yield "output";
        out.collect(this.#takeIn(records[i]));
        if (pace.isDue()) yield "turn";
      }
      yield "turn";
    }
    this.#reading = undefined;
  }

  *#awaited<T>(promise: Promise<T>): Steps<T> {
    this.#pending = promise;
    const value = yield* awaited(promise);
    this.#pending = undefined;
    return value;
  }

  *#reported(steps: Steps): Steps {
    const { job, vertex, subtaskIndex } = this.#context;
    try {
      yield* steps;
    } catch (error) {
      job.throwIfCancelled();
      throw reportedAt(error, "source or sink", vertex.operator, subtaskIndex);
    }
  }

  #ioContext() {
    const { job, vertex, subtaskIndex } = this.#context;
    return createSubtaskIoContext(job.ioContext(vertex.operator, this.#stop.signal), {
      subtaskIndex,
      numParallelSubtasks: vertex.parallelism,
      count: (name, increment) => this.#context.runtimeContext().getAccumulator(name, IntCounter).add(increment),
    });
  }
}

function isRecords(batch: Batch): batch is readonly unknown[] {
  return Array.isArray(batch);
}

/** Ends the reading of a source in the middle. */
function* returned(reading: Batches | undefined): Steps {
  const end = reading?.return?.();
  if (end !== undefined) yield* awaited(Promise.resolve(end));
}
