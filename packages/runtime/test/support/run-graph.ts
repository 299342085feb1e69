import type { Host } from "@millrace/core";
import { nodeHost } from "@millrace/host-node";
import type { JobGraph } from "@millrace/job-graph";
import {
  createSpillSpace,
  type JobObjects,
  jobMemory,
  type LocalJob,
  type LocalJobOptions,
  MemoryManager,
  runJob,
} from "../../src/index.js";

/** Is code that a test puts into a job's table: it is copied for each subtask by `make`, or used as it is. */
export interface TestFunction {
  readonly method: string;
  readonly make: () => object;
}

/** Makes an entry of the table for a function. */
export function code(method: string, target: object): TestFunction {
  return { method, make: () => target };
}

/** Is a job's table: functions made by `code`, everything else as it is. */
export function objectsOf(objects: readonly unknown[]): JobObjects {
  return {
    get: (ref) => objects[ref],
    instantiate(ref) {
      const { method, make } = objects[ref] as TestFunction;
      return { target: make(), method };
    },
    dataSetIdOf: () => undefined,
  };
}

/** What a test may want to be different. */
export interface RunOptions extends Partial<LocalJobOptions> {
  /** 256 by default. */
  readonly numPages?: number;
  readonly host?: Host;
}

/** Starts a job in memory of its own. */
export function startGraph(graph: JobGraph, objects: readonly unknown[], options: RunOptions = {}): LocalJob {
  const { numPages = 256, host = nodeHost() } = options;
  const manager = new MemoryManager(numPages * 32 * 1024);
  return runJob({
    graph,
    objects: objectsOf(objects),
    host,
    memory: jobMemory(manager, graph.name, numPages),
    createSpillSpace: () => createSpillSpace(host),
    ...options,
  });
}

/** Runs a job, and returns what reached its collecting sinks. */
export async function runGraph(
  graph: JobGraph,
  objects: readonly unknown[],
  options: RunOptions = {},
): Promise<unknown[][]> {
  const result = await startGraph(graph, objects, options).result;
  const numSinks = graph.vertices.filter(({ driver }) => driver.kind === "collect").length;
  const collected: unknown[][] = [];
  for (let index = 0; index < numSinks; index++) collected.push(await allOf(result.records(index)));
  return collected;
}

/** Reads all batches. */
export async function allOf(batches: AsyncIterable<readonly unknown[]>): Promise<unknown[]> {
  const records: unknown[] = [];
  for await (const batch of batches) records.push(...batch);
  return records;
}
