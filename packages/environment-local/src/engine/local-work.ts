import { type FunctionAnalyzer, refuseAssignments, watchCaptures } from "@millrace/closures";
import {
  type ArrivedFunctions,
  arrivedOf,
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
  takeCollections,
} from "@millrace/common-api";
import {
  type CustomType,
  customTypesOf,
  type ExecutionMode,
  type Host,
  type JobOptions,
  type SubtaskMetrics,
} from "@millrace/core";
import { runJob, type TaskReport } from "@millrace/runtime";
import { type TranslatedPlan, translatePlan } from "../translate/translate-plan.js";
import type { LocalResources } from "./local-resources.js";

/** Is what the jobs of an engine share. */
export interface LocalWorkSettings {
  readonly parallelism: number;
  readonly executionMode?: ExecutionMode | undefined;
  readonly analyzer: FunctionAnalyzer;
  readonly resources: LocalResources;
  readonly transport: FunctionTransport | undefined;
}

/** Is a plan with all that a job reads of it when it starts. What the program changes later is not in it. */
interface Prepared extends TranslatedPlan {
  readonly customTypes: readonly CustomType[];
  readonly arrived: Promise<ArrivedFunctions>;
}

/** Returns what this engine does for a job: it translates the plan and runs the job graph. */
export function localWork(host: Host, options: JobOptions, settings: LocalWorkSettings): PlanJobWork<Prepared> {
  return {
    prepare: (plan) => prepare(plan, host, options, settings),
    run: async (prepared, attempt) => {
      // What was sent elsewhere is set up there.
      if (settings.transport === undefined) await runSetUp(options.setUp, attempt);
      attempt.userCodeBegins();
      return run(host, options, settings, prepared, attempt);
    },
    watchCaptures:
      settings.transport === undefined
        ? (plan) => watchCaptures(functionsOfPlan(plan), host, dataSetHandles(plan))
        : undefined,
  };
}

function prepare(
  plan: Plan,
  host: Host,
  { setUp }: JobOptions,
  { parallelism, executionMode, analyzer, transport }: LocalWorkSettings,
): Prepared {
  refuseAssignments(functionsOfPlan(plan), analyzer, host);
  takeCollections(plan);
  let functions = nothingArrived;
  const replace = (userFunction: Parameters<typeof arrivedOf>[0]) => arrivedOf(userFunction, functions);
  const translated = translatePlan(plan, { defaultParallelism: parallelism, executionMode, replace });
  const arrived = transport === undefined ? Promise.resolve(nothingArrived) : sendFunctions(plan, transport, setUp);
  arrived.then(
    (each) => {
      functions = each;
    },
    // The job hears of it when it waits for the functions.
    () => undefined,
  );
  const customTypes = customTypesOf(plan.operators.flatMap(({ settings }) => settings.resultType ?? []));
  return { ...translated, customTypes, arrived };
}

async function run(
  host: Host,
  { name, environment, onProgress }: JobOptions,
  { resources }: LocalWorkSettings,
  { graph, objects, customTypes, arrived }: Prepared,
  attempt: PlanJobAttempt,
): Promise<PlanJobOutcome> {
  const { originalOf } = await arrived;
  const { attemptNumber, jobParameters, cachedFiles, signal, commitBegins } = attempt;
  const job = runJob({
    graph,
    objects,
    host,
    memory: resources.jobMemory(name, environment.memory),
    createSpillSpace: () => resources.createSpillSpace(),
    signal,
    customTypes,
    checksRecords: environment.checkRecords ?? true,
    jobParameters,
    cachedFiles,
    attemptNumber,
    onCommit: commitBegins,
    onProgress: (progress) =>
      onProgress?.({
        operator: progress.name,
        numOperatorsDone: progress.numVerticesDone,
        numOperators: progress.numVertices,
        numRecords: progress.numRecords,
      }),
  });
  const result = await job.result;
  return {
    accumulators: result.accumulators,
    originalOf,
    metrics: result.tasks.map(metricsOf),
    records: (index) => result.records(index),
    close: () => result.close(),
  };
}

function metricsOf({ name, subtaskIndex, read, sent, ...rest }: TaskReport): SubtaskMetrics {
  return {
    task: name,
    subtaskIndex,
    numRecordsRead: read.numRecords,
    numBytesRead: read.numBytes,
    numPagesRead: read.numPages,
    numRecordsSent: sent.numRecords,
    numBytesSent: sent.numBytes,
    numPagesSent: sent.numPages,
    numBytesSpilled: rest.numBytesSpilled,
    numBytesRestored: rest.numBytesRestored,
    busyMs: rest.busyMs,
    idleMs: rest.idleMs,
    backPressuredMs: rest.backPressuredMs,
    numSupersteps: rest.numSupersteps,
  };
}
