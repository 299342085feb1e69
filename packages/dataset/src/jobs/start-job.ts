import { refuseAssignments } from "@millrace/closures";
import { type CollectOperator, functionsOfPlan, Plan, type SinkOperator } from "@millrace/common-api";
import type { Job, JobResult } from "@millrace/core";
import type { EnvironmentState } from "../environment/environment-state.js";
import { refuseSilentFunctions } from "../functions/refuse-silent-functions.js";
import { OperatorCall } from "../operators/operator-call.js";
import { ProgressLine } from "../progress/progress-line.js";
import type { RunOptions } from "./job-handle.js";
import { requireSignal } from "./require-signal.js";

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
  requireSignal(options.signal, new OperatorCall("Job"));
  const { engine, cachedFiles } = environment;
  const { terminal, clock } = engine.host;
  const line = new ProgressLine(terminal, clock, environment.options.progress);
  const job = engine.start(plan, {
    name: plan.jobName,
    environment: environment.options,
    signal: anySignal(environment.options.signal, options.signal),
    cachedFiles: new Map(cachedFiles),
    setUp: [...environment.setUp],
    onProgress: (progress) => line.update(progress),
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

function anySignal(a: AbortSignal | undefined, b: AbortSignal | undefined): AbortSignal | undefined {
  return a === undefined || b === undefined ? (a ?? b) : AbortSignal.any([a, b]);
}
