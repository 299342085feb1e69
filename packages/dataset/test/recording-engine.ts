import { explainPlan, type Plan } from "@millrace/common-api";
import {
  bareHost,
  type Engine,
  type Job,
  type JobOptions,
  type JobResult,
  MillraceError,
  type Terminal,
} from "@millrace/core";
import { ExecutionEnvironment } from "../src/index.js";

/** What a job of the {@link RecordingEngine} was started with, and how it went. */
export interface RecordedJob {
  readonly plan: Plan;
  readonly options: JobOptions;
  isCancelled: boolean;
}

/** A terminal that keeps what is written to it. */
export class TextTerminal implements Terminal {
  text = "";
  errors = "";
  readonly isInteractive: boolean = false;
  readonly columns = 80;

  write(text: string): void {
    this.text += text;
  }

  writeError(text: string): void {
    this.errors += text;
  }
}

/**
 * An engine that runs nothing: it keeps the plans that it is given, and gives prepared batches as the records of every
 * collecting sink. A prepared failure ends every job.
 */
export class RecordingEngine implements Engine<Plan> {
  readonly name = "recording";
  readonly terminal = new TextTerminal();
  readonly host = bareHost({ terminal: this.terminal });
  readonly jobs: RecordedJob[] = [];
  batches: readonly (readonly unknown[])[] = [];
  failure: Error | undefined = undefined;
  isClosed = false;

  /** The plan of the last job. */
  get plan(): Plan {
    const last = this.jobs.at(-1);
    if (last === undefined) throw new Error("no job was started");
    return last.plan;
  }

  defaultParallelism(): number {
    return 2;
  }

  start(plan: Plan, options: JobOptions): Job {
    const job: RecordedJob = { plan, options, isCancelled: false };
    this.jobs.push(job);
    const { batches, failure } = this;
    const result: JobResult = {
      jobId: `job-${this.jobs.length}`,
      jobName: plan.jobName,
      netRuntime: 1,
      metrics: [],
      getAccumulatorResult: () => undefined as never,
      getAllAccumulatorResults: () => new Map(),
    };
    const cancelled = () =>
      new MillraceError({ code: "JOB_CANCELLED", what: "The job was cancelled", expected: "that it runs to its end" });
    return {
      id: result.jobId,
      result: async () => {
        if (failure !== undefined) throw failure;
        if (job.isCancelled) throw cancelled();
        return result;
      },
      records: async function* () {
        for (const batch of batches) yield batch;
        if (failure !== undefined) throw failure;
      },
      cancel: async () => {
        job.isCancelled = true;
      },
    };
  }

  explain(plan: Plan): Promise<string> {
    return Promise.resolve(explainPlan(plan, 2));
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

/** Returns an environment on an engine of its own. */
export function recording(options: Parameters<typeof ExecutionEnvironment.onEngine>[1] = {}): {
  readonly env: ExecutionEnvironment;
  readonly engine: RecordingEngine;
} {
  const engine = new RecordingEngine();
  return { env: ExecutionEnvironment.onEngine(engine, options), engine };
}

/** Returns the operator behind a data set. */
export { operatorOf as handleOf } from "@millrace/common-api";

/** Returns the error that `run` throws or rejects with; fails when there is none. */
export async function errorOf(run: () => unknown): Promise<MillraceError> {
  try {
    await run();
  } catch (error) {
    if (error instanceof MillraceError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
