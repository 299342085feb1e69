import { inJobScope, type JobScope } from "../memory/job-scope.js";
import type { LocalJobOptions } from "./local-job.js";

/** Is a piece of work that can be cancelled: a job, or one of its subtasks. */
export interface CancellableRun<R> {
  /** Does the work; called once. `scope` tells it from work that is started inside of it. */
  run(scope: JobScope): Promise<R>;
  /** Lets the work end soon, with JOB_CANCELLED. Is not called any more once the work has ended. */
  cancel(reason: unknown): void;
}

/** Is such a piece of work on its way. */
export interface StartedRun<R> {
  readonly result: Promise<R>;
  /** Cancels it; resolves when it ended, however it did. */
  cancel(reason?: unknown): Promise<void>;
}

/** Starts a run in a later turn of the event loop, in a scope of its own. It is cancelled when `signal` aborts, too. */
export function startRun<R>(
  run: CancellableRun<R>,
  { host, graph, signal }: Pick<LocalJobOptions, "host" | "graph" | "signal">,
  inScope: typeof inJobScope = inJobScope,
): StartedRun<R> {
  let hasEnded = false;
  const cancel = (reason: unknown): void => {
    if (!hasEnded) run.cancel(reason);
  };
  const work = async (scope: JobScope): Promise<R> => {
    const onAbort = (): void => cancel(signal?.reason);
    signal?.addEventListener("abort", onAbort);
    if (signal?.aborted === true) onAbort();
    try {
      await undefined;
      return await run.run(scope);
    } finally {
      hasEnded = true;
      signal?.removeEventListener("abort", onAbort);
    }
  };
  const result = inScope(host, graph.name, work);
  const ended = result.then(
    () => undefined,
    // Whoever asks for the result hears of a failure; work that nobody asks about must not end the process.
    () => undefined,
  );
  return {
    result,
    cancel: (reason) => {
      cancel(reason);
      return ended;
    },
  };
}
