import type { Host } from "@millrace/core";

/**
 * Is what one running job does, with all that its functions begin: a job that is started there is *inside* of it. It may be that its function waits for that
 * job, so that neither of the two ends before the inner one has run.
 * @beta
 */
export class JobScope {
  /** The name of the job, for errors. */
  readonly jobName: string;
  readonly #outer: JobScope | undefined;
  #hasEnded = false;

  /** @param outer - the scope in which the job is started, if any */
  constructor(jobName: string, outer: JobScope | undefined) {
    this.jobName = jobName;
    this.#outer = outer;
  }

  /** The running job that this one was started in; undefined for none. What a job left in timers does not count once it has ended. */
  get outer(): JobScope | undefined {
    const outer = this.#outer;
    return outer === undefined || !outer.#hasEnded ? outer : outer.outer;
  }

  /** All running jobs that this one is inside of. */
  get allOuter(): ReadonlySet<JobScope> {
    const all = new Set<JobScope>();
    for (let outer = this.outer; outer !== undefined; outer = outer.outer) all.add(outer);
    return all;
  }

  /** Takes note of the job's end. */
  end(): void {
    this.#hasEnded = true;
  }
}

/** Runs a job in a scope of its own, inside of that in which this is called. Where the host can't tell that, no job is inside of another one. */
export function inJobScope<Result>(
  host: Host,
  jobName: string,
  run: (scope: JobScope) => Promise<Result>,
): Promise<Result> {
  const outer = host.asyncContext?.current();
  return inScope(host, new JobScope(jobName, outer instanceof JobScope ? outer : undefined), run);
}

/** Runs a subtask in a scope that is inside of no other: who starts it may do so when another one has sent a frame, which does not wait for it. */
export function inSubtaskScope<Result>(
  host: Host,
  jobName: string,
  run: (scope: JobScope) => Promise<Result>,
): Promise<Result> {
  return inScope(host, new JobScope(jobName, undefined), run);
}

function inScope<Result>(
  { asyncContext }: Host,
  scope: JobScope,
  run: (scope: JobScope) => Promise<Result>,
): Promise<Result> {
  const runAndEnd = (): Promise<Result> => run(scope).finally(() => scope.end());
  return asyncContext === undefined ? runAndEnd() : asyncContext.run(scope, runAndEnd);
}
