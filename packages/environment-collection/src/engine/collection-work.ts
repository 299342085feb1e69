import type { FunctionAnalyzer } from "@millrace/closures";
import {
  type ArrivedFunctions,
  dataSetHandles,
  type FunctionTransport,
  functionsOfPlan,
  nothingArrived,
  type Plan,
  type PlanJobAttempt,
  type PlanJobOutcome,
  type PlanJobWork,
  runSetUp,
  sendFunctions,
} from "@millrace/common-api";
import { type Host, type JobOptions, MillraceError } from "@millrace/core";
import { JobAccumulators } from "../execution/job-accumulators.js";
import { PerSubtask } from "../execution/per-subtask.js";
import { PlanEvaluation } from "../execution/plan-evaluation.js";
import type { CollectionRuntimeContext } from "../subtask/collection-runtime-context.js";
import { FunctionObjects } from "../subtask/function-objects.js";
import { batchesOf } from "./batches-of.js";
import type { CollectionEngineOptions } from "./collection-engine.js";
import { pausesOf } from "./pauses.js";
import { type PreparedPlan, preparePlan } from "./prepare-plan.js";

/** Is a plan that was read, and its functions on their way back. */
interface Prepared extends PreparedPlan {
  readonly arrived: Promise<ArrivedFunctions>;
}

/** Returns what this engine does for a job: it evaluates the plan over arrays. */
export function collectionWork(
  host: Host,
  parallelism: number,
  analyzer: FunctionAnalyzer,
  options: JobOptions,
  { functionTransport: transport, watchCaptures = refuseToWatch }: CollectionEngineOptions,
): PlanJobWork<Prepared> {
  return {
    prepare: (plan) => {
      const prepared = preparePlan(plan, parallelism, analyzer, host);
      const arrived = sent(plan, transport, options);
      // The job hears of it when it waits for the functions.
      arrived.catch(() => undefined);
      return { ...prepared, arrived };
    },
    run: async (prepared, attempt) => {
      // What was sent elsewhere is set up there.
      if (transport === undefined) await runSetUp(options.setUp, attempt);
      attempt.userCodeBegins();
      return evaluate(host, prepared, attempt, options);
    },
    watchCaptures:
      transport === undefined ? (plan) => watchCaptures(functionsOfPlan(plan), host, dataSetHandles(plan)) : undefined,
  };
}

function refuseToWatch(): never {
  throw new MillraceError({
    code: "UNSUPPORTED_BY_HOST",
    what: "checkCaptures was asked for, and this engine was made without what looks at captured data",
    expected: "an engine of the package millrace, or one that was given watchCaptures of @millrace/closures",
    fix: "Leave checkCaptures out, or make the engine with collectionEngine(host, { watchCaptures }).",
  });
}

async function sent(
  plan: Plan,
  transport: FunctionTransport | undefined,
  { setUp }: JobOptions,
): Promise<ArrivedFunctions> {
  return transport === undefined ? nothingArrived : sendFunctions(plan, transport, setUp);
}

async function evaluate(
  host: Host,
  { plan, parallelism, recordTypes, copies, arrived }: Prepared,
  attempt: PlanJobAttempt,
  options: JobOptions,
): Promise<PlanJobOutcome> {
  const accumulators = new JobAccumulators();
  const functions = await arrived;
  const job = {
    ...attempt,
    host,
    recordTypes,
    copies,
    accumulators,
    functionObjects: new FunctionObjects(functions),
    contexts: new PerSubtask<CollectionRuntimeContext>(),
    pause: pausesOf(host),
  };
  const collected = await new PlanEvaluation(plan, parallelism, job, options.onProgress).run();
  return {
    accumulators: accumulators.merged(),
    originalOf: functions.originalOf,
    records: (index) => batchesOf(collected[index] ?? [], copies),
  };
}
