import type { EnvironmentOptions, FileSystem } from "@millrace/core";
import { ExecutionEnvironment } from "@millrace/dataset";
import { type Difference, differenceOf, type Outcome } from "./compare.js";
import type { ConformanceOptions, ScheduledProgram } from "./conformance-options.js";
import type { ConformanceProgram, ProgramOutput } from "./program.js";
import { RunFiles } from "./run-files.js";

/** Is how a run ended: as expected, with a difference, or not at all since the host lacks what the program needs. @internal */
export type RunVerdict = "passed" | "left out" | Difference;

/** Runs a program on an environment of its own and compares what comes out. @internal */
export async function runProgram(
  options: ConformanceOptions,
  { program, parallelism }: ScheduledProgram,
): Promise<RunVerdict> {
  const files = filesOf(options);
  if (program.needs.includes("files") && files === undefined) return "left out";
  const run = new RunFiles(parallelism, files);
  const env = environmentFor(options, {
    checkRecords: options.checkRecords ?? true,
    progress: false,
    ...options.environment,
    ...program.environment,
    parallelism,
  });
  try {
    const outcome = await outcomeOf(program, env, run);
    return differenceOf(program.expected, outcome, parallelism) ?? "passed";
  } finally {
    await run.remove();
    if (!("engine" in options)) await env[Symbol.asyncDispose]();
  }
}

function filesOf(options: ConformanceOptions): FileSystem | undefined {
  return "engine" in options ? options.engine.host.files : options.files;
}

function environmentFor(options: ConformanceOptions, settings: EnvironmentOptions): ExecutionEnvironment {
  return "engine" in options
    ? ExecutionEnvironment.onEngine(options.engine, settings)
    : options.createEnvironment(settings);
}

async function outcomeOf(program: ConformanceProgram, env: ExecutionEnvironment, run: RunFiles): Promise<Outcome> {
  try {
    return { records: await recordsOf(program.build(env, run)) };
  } catch (error) {
    return { error };
  }
}

async function recordsOf(output: ProgramOutput): Promise<readonly unknown[]> {
  const result = await output;
  return "collect" in result ? result.collect() : result;
}
