import { refuseAssignments } from "@millrace/closures";
import { type CollectOperator, functionsOfPlan, Plan, type SinkOperator } from "@millrace/common-api";
import { type Job, type JobProgress, type JobResult, thrownText } from "@millrace/core";
import type { EnvironmentState } from "../environment/environment-state.js";
import { refuseSilentFunctions } from "../functions/refuse-silent-functions.js";
import { OperatorCall } from "../operators/operator-call.js";
import { ProgressLine } from "../progress/progress-line.js";
import type { RunOptions } from "./job-handle.js";
import { requireJobName, requireListener, requireSignal } from "./run-options.js";

/** Is a job with its result, which also ends the progress line. @internal */
export interface StartedJob {
  readonly job: Job;
  readonly result: Promise<JobResult>;
}

/** Makes the plan of a job; throws what is wrong with it. @internal */
export function planOf(
  environment: EnvironmentState,
  sinks: readonly (SinkOperator | CollectOperator)[],
  jobName: string | undefined,
): Plan {
  requireJobName(jobName, new OperatorCall("Job"));
  const plan = new Plan(jobName ?? defaultJobName(environment), [...sinks]);
  refuseAssignments(functionsOfPlan(plan), environment.analyzer, environment.engine.host);
  refuseSilentFunctions(plan, environment.analyzer);
  return plan;
}

function defaultJobName(environment: EnvironmentState): string {
  return `Millrace job of ${new Date(environment.engine.host.clock.now()).toISOString()}`;
}

/** Starts a job and shows its progress where a person is looking. @internal */
export function startJob(environment: EnvironmentState, plan: Plan, options: RunOptions): StartedJob {
  const call = new OperatorCall("Job");
  requireSignal(options.signal, call);
  const { onProgress } = options;
  requireListener(onProgress, call);
  const { engine, cachedFiles } = environment;
  const { terminal, clock } = engine.host;
  const line = new ProgressLine(terminal, clock, environment.options.progress);
  const job = engine.start(plan, {
    name: plan.jobName,
    environment: environment.options,
    signal: anySignal(environment.options.signal, options.signal),
    cachedFiles: new Map(cachedFiles),
    setUp: [...environment.setUp],
    onProgress: (progress) => {
      line.update(progress);
      if (onProgress !== undefined) tell(onProgress, progress, call);
    },
  });
  const result = job.result().then(
    (done) => {
      line.clear();
      environment.lastResult = done;
      return done;
    },
    (error: unknown) => {
      line.clear();
      throw error;
    },
  );
  return { job, result };
}

/** Calls the program's own listener; an engine knows nothing of its failures. */
function tell(listener: (progress: JobProgress) => void, progress: JobProgress, call: OperatorCall): void {
  try {
    listener(progress);
  } catch (cause) {
    throw call.error({
      code: "FUNCTION_FAILED",
      what: `onProgress threw ${thrownText(cause)}`,
      expected: "a function that returns",
      cause,
    });
  }
}

function anySignal(a: AbortSignal | undefined, b: AbortSignal | undefined): AbortSignal | undefined {
  return a === undefined || b === undefined ? (a ?? b) : AbortSignal.any([a, b]);
}
