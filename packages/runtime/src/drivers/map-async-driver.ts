/**
 * Calls an asynchronous function for each record, a bounded number at once: rules [O28] and [O29].
 *
 * 1. Calls begin as records come, while fewer than `concurrency` are pending. Ordered results wait for those before them, in a window
 *    that is bounded too.
 * 2. Between steps, the task waits for whichever comes first: input, or the end of a call.
 * 3. When a call has failed for good, the job is cancelled, or nobody needs the results any more, the signal of all others aborts. The task ends
 *    when they have ended.
 */
import { MillraceError, type TimerHandle } from "@millrace/core";
import type { DriverSpec } from "@millrace/job-graph";
import type { UserCode } from "../code/index.js";
import { placeOfTask } from "../job/job-context.js";
import { reportedAt } from "../job/reported.js";
import { RowRecordReader } from "../rows/record-reader.js";
import type { Driver, Steps } from "../task/driver.js";
import { nobodyNeeds } from "../task/nobody-needs.js";
import { awaited } from "../task/promise-steps.js";
import type { TaskDriverContext } from "../task/task-driver-context.js";

/** How many ordered results may wait for one before them, beside the calls that are pending. */
const MAX_WAITING_RESULTS = 1024;

/** Is one record on its way through the function. */
interface Call {
  isDone: boolean;
  result: unknown;
}

/** Replaces each record by what the function's promise resolves to. */
export class MapAsyncDriver implements Driver {
  readonly #spec: Extract<DriverSpec, { kind: "mapAsync" }>;
  readonly #context: TaskDriverContext;
  readonly #code: UserCode;
  readonly #retryDelayMs: (attempt: number) => number;
  readonly #reader = new RowRecordReader(undefined);
  /** In order of the records; when results need no order, only those that are done. */
  #calls: Call[] = [];
  #numPending = 0;
  /** Aborts when a call failed for good, or the task ends. */
  #stop = new AbortController();
  /** What to do when `#stop` aborts, of each pending call and delay. */
  readonly #stops = new Set<() => void>();
  #failure: { readonly error: unknown } | undefined;
  readonly #work = new Set<Promise<unknown>>();

  constructor(spec: Extract<DriverSpec, { kind: "mapAsync" }>, context: TaskDriverContext) {
    this.#spec = spec;
    this.#context = context;
    this.#code = context.userCode(spec.function, "map");
    this.#retryDelayMs = context.job.objects.get(spec.options.retryDelayMs) as (attempt: number) => number;
  }

  *run(): Steps {
    this.#stop = new AbortController();
    const { out } = this.#context;
    const pages = this.#context.pages(0);
    let slot = 0;
    let endSlot = 0;
    for (;;) {
      while (this.#hasResult()) {
        while (out.isFull) yield "output";
        out.collect(this.#calls.shift()!.result);
      }
      if (this.#failure !== undefined) throw this.#failure.error;
      if (slot === endSlot) {
        const hasPage = pages.nextPage();
        if (hasPage) {
          slot = pages.slot;
          endSlot = pages.endSlot;
        } else {
          if (pages.isAtEnd && this.#numPending === 0 && this.#calls.length === 0) return;
          yield "input";
          continue;
        }
      }
      while (slot < endSlot && this.#mayCall()) {
        this.#begin(this.#reader.read(pages.memory, slot, pages.layout));
        slot += pages.memory.i32[slot * 2]! >> 3;
      }
      yield slot === endSlot ? "turn" : "input";
    }
  }

  *leave(): Steps {
    this.#abort(nobodyNeeds());
    yield* awaited(Promise.allSettled(this.#work));
  }

  close(): void {
    this.#abort(this.#failure?.error ?? this.#context.job.signal.reason);
    this.#calls = [];
    this.#context.job.cleanUp(Promise.allSettled(this.#work));
  }

  /** Ends all pending calls and delays. They do not listen to the signal themselves: Node.js takes more than ten listeners for a leak. */
  #abort(reason: unknown): void {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort(reason);
    for (const stop of this.#stops) stop();
  }

  #mayCall(): boolean {
    const { concurrency } = this.#spec.options;
    return this.#numPending < concurrency && this.#calls.length < concurrency + MAX_WAITING_RESULTS;
  }

  #hasResult(): boolean {
    return this.#calls[0]?.isDone === true;
  }

  #begin(record: unknown): void {
    const call: Call = { isDone: false, result: undefined };
    const { isOrdered } = this.#spec.options;
    if (isOrdered) this.#calls.push(call);
    this.#numPending++;
    const work = this.#withRetries(record).then(
      (result) => {
        call.isDone = true;
        call.result = result;
        if (!isOrdered) this.#calls.push(call);
        this.#numPending--;
      },
      (error: unknown) => {
        this.#failure ??= { error };
        this.#numPending--;
        this.#abort(error);
      },
    );
    this.#work.add(work);
    void work.then(() => this.#work.delete(work));
    this.#context.waitBesideInput(work);
  }

  async #withRetries(record: unknown): Promise<unknown> {
    const { numRetries } = this.#spec.options;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once(record);
      } catch (error) {
        if (this.#stop.signal.aborted) throw this.#stop.signal.reason;
        if (attempt > numRetries) throw error;
        await this.#delay(this.#delayBefore(attempt));
      }
    }
  }

  #delayBefore(attempt: number): number {
    try {
      return this.#retryDelayMs(attempt);
    } catch (error) {
      throw reportedAt(error, "function retryDelayMs", this.#context.vertex.operator);
    }
  }

  async #once(record: unknown): Promise<unknown> {
    const { timeoutMs } = this.#spec.options;
    const { timers } = this.#context.job.host;
    const call = new AbortController();
    let timer: TimerHandle | undefined;
    let stop: (() => void) | undefined;
    const givenUp = new Promise<never>((_resolve, reject) => {
      stop = () => reject(this.#stop.signal.reason);
      this.#stops.add(stop);
      if (timeoutMs !== undefined) timer = timers.setTimer(timeoutMs, () => reject(this.#timedOut(timeoutMs)));
    });
    givenUp.catch((reason: unknown) => call.abort(reason));
    try {
      const result = await Promise.race([this.#code.start(record, call.signal), givenUp]);
      return this.#code.takeOne(result);
    } catch (error) {
      throw this.#code.failure(error, [record]);
    } finally {
      timer?.cancel();
      if (stop !== undefined) this.#stops.delete(stop);
    }
  }

  #timedOut(timeoutMs: number): MillraceError {
    const { vertex, subtaskIndex } = this.#context;
    return new MillraceError({
      code: "TIMEOUT",
      what: `A call of mapAsync's function took longer than ${timeoutMs} ms`,
      expected: "an answer within the timeout",
      where: placeOfTask(vertex.operator, subtaskIndex),
      fix: "Raise timeoutMs, or set numRetries to call again.",
    });
  }

  /** Waits, but not longer than until the task stops. */
  async #delay(delayMs: number): Promise<void> {
    const { signal } = this.#stop;
    await new Promise<void>((resolve, reject) => {
      const stop = (): void => {
        timer.cancel();
        reject(signal.reason);
      };
      const timer = this.#context.job.host.timers.setTimer(delayMs, () => {
        this.#stops.delete(stop);
        resolve();
      });
      this.#stops.add(stop);
    });
  }
}
