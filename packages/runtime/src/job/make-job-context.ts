import { Configuration, createIoContext, type IoContext, type ParameterValue, RecordCopies } from "@millrace/core";
import type { OperatorInfo } from "@millrace/job-graph";
import { createLayoutTable } from "../rows/layout-table.js";
import type { JobContext } from "./job-context.js";
import type { LocalJobOptions } from "./local-job.js";

/** Is what a job of one slot does for its tasks, in its own way. */
export type JobServices = Pick<
  JobContext,
  "signal" | "spill" | "accumulators" | "nextSplit" | "sinkRun" | "collectPage" | "cleanUp" | "throwIfCancelled"
>;

/** Is what a job is told of itself. */
export type JobSettings = Pick<
  LocalJobOptions,
  "graph" | "objects" | "host" | "customTypes" | "checksRecords" | "jobParameters" | "cachedFiles" | "attemptNumber"
>;

/** Makes what the tasks of a job in one slot share. */
export function makeJobContext(settings: JobSettings, services: JobServices): JobContext {
  const { graph, host, objects } = settings;
  const customTypes = settings.customTypes ?? [];
  const shared = new Map<string, unknown>();
  return {
    ...services,
    name: graph.name,
    host,
    objects,
    layouts: createLayoutTable(),
    copies: new RecordCopies(customTypes),
    customTypes,
    checksRecords: settings.checksRecords ?? false,
    jobParameters: settings.jobParameters ?? new Configuration(),
    cachedFiles: settings.cachedFiles ?? new Map(),
    attemptNumber: settings.attemptNumber ?? 0,
    hashSeed: { low: host.random.seed() | 0, high: host.random.seed() | 0 },
    ioContext: (operator, signal = services.signal) => ioContextOf(operator, settings, signal),
    shared: (key, make) => {
      if (!shared.has(key)) shared.set(key, make());
      return shared.get(key) as ReturnType<typeof make>;
    },
  };
}

/** Makes what a source or sink is given. */
export function ioContextOf(operator: OperatorInfo, { host }: JobSettings, signal: AbortSignal): IoContext {
  const parameters = new Configuration((operator.parameters ?? {}) as Record<string, ParameterValue>);
  return createIoContext({ host, signal, parameters });
}
