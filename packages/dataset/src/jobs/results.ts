import { CollectOperator, type Operator } from "@millrace/common-api";
import { invariant } from "@millrace/core";
import type { Data } from "../data/data.js";
import { nodeOf } from "../data/node-state.js";
import type { EnvironmentState } from "../environment/environment-state.js";
import { OperatorCall } from "../operators/operator-call.js";
import { ONE_GROUP, summarizeOperator } from "../transformations/grouping-transformations.js";
import type { RunOptions } from "./job-handle.js";
import { requireRunOptions } from "./run-options.js";
import { planOf, type StartedJob, startJob } from "./start-job.js";

/** Runs one data set alone; sinks that wait for `execute` keep waiting. */
function startCollecting(
  environment: EnvironmentState,
  operator: Operator,
  call: OperatorCall,
  options: RunOptions,
): StartedJob {
  requireRunOptions(options, "run", new OperatorCall("Job"));
  const plan = planOf(environment, [new CollectOperator(operator, call)], options.jobName);
  return startJob(environment, plan, options);
}

/** @internal */
export async function collectRecords<T>(data: Data<unknown>, options: RunOptions): Promise<T[]> {
  const { environment, operator } = nodeOf(data);
  const { job, result } = startCollecting(environment, operator, new OperatorCall("Collect"), options);
  return readAll<T>(job.records(0), result);
}

/** @internal */
export async function countRecords(data: Data<unknown>, options: RunOptions): Promise<number> {
  const { environment, operator } = nodeOf(data);
  const call = new OperatorCall("Count");
  const counted = summarizeOperator(operator, ONE_GROUP, [{ n: { aggregate: "count", field: undefined } }]);
  const { job, result } = startCollecting(environment, counted, call, options);
  const [row] = await readAll<{ readonly n: number }>(job.records(0), result);
  invariant(row !== undefined, "an ungrouped aggregate has exactly one result");
  return row.n;
}

async function readAll<T>(batches: AsyncIterable<readonly unknown[]>, result: Promise<unknown>): Promise<T[]> {
  const records: T[] = [];
  // The reader may fail first and the result after it; the job's own error is the one to report.
  result.catch(() => undefined);
  try {
    for await (const batch of batches) {
      for (const record of batch) records.push(record as T);
    }
  } catch (error) {
    await result;
    throw error;
  }
  await result;
  return records;
}

/**
 * Starts a job when its first record is asked for. Who leaves while a record is waited for, as streams do that are destroyed, cancels
 * the job at once; a generator alone would only be left when the record has come.
 * @internal
 */
export function streamRecords<T>(data: Data<unknown>, options: RunOptions): AsyncGenerator<T, void, undefined> {
  const { environment, operator } = nodeOf(data);
  let started: StartedJob | undefined;
  let isLeft = false;
  const records = recordsOf<T>(
    () => {
      started = startCollecting(environment, operator, new OperatorCall("Collect"), options);
      return started;
    },
    () => isLeft,
  );
  const leave = records.return.bind(records);
  records.return = async (value) => {
    isLeft = true;
    void started?.job.cancel();
    return leave(value);
  };
  return records;
}

async function* recordsOf<T>(start: () => StartedJob, isLeft: () => boolean): AsyncGenerator<T, void, undefined> {
  const { job, result } = start();
  result.catch(() => undefined);
  let isComplete = false;
  try {
    for await (const batch of job.records(0)) yield* batch as readonly T[];
    isComplete = true;
  } catch (error) {
    isComplete = true;
    // Whoever left has nobody to tell.
    if (isLeft()) return;
    await result;
    throw error;
  } finally {
    if (!isComplete) await job.cancel();
  }
  await result;
}
