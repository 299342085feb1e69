import type { EnvironmentOptions, FileSystem, TimerHandle, Timers } from "@millrace/core";
import { ExecutionEnvironment } from "@millrace/dataset";
import { type Difference, differenceOf, type Outcome } from "./compare.js";
import type { ConformanceOptions, ScheduledProgram } from "./conformance-options.js";
import type { ConformanceProgram, ProgramOutput } from "./program.js";
import { RunFiles } from "./run-files.js";

/** Is how a run ended: as expected, with a difference, or not at all since the host lacks what the program needs. @internal */
export type RunVerdict = "passed" | "left out" | Difference;

/** Longer than any program takes on a busy machine, short enough that an engine that hangs is found out. */
const DEFAULT_TIME_LIMIT_MS = 60_000;

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
    const limitMs = options.timeLimitMs ?? DEFAULT_TIME_LIMIT_MS;
    const timers = "engine" in options ? options.engine.host.timers : undefined;
    const outcome = await within(limitMs, timers, outcomeOf(program, env, run));
    if (outcome === "late")
      return { what: `The program did not end within ${limitMs} ms`, missing: [], unexpected: [] };
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

/** Waits for an outcome, but not for ever: what comes after the limit is of no interest. */
async function within(
  limitMs: number,
  timers: Timers | undefined,
  outcome: Promise<Outcome>,
): Promise<Outcome | "late"> {
  if (timers === undefined) return outcome;
  let timer: TimerHandle | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = timers.setTimer(limitMs, () => resolve("late"));
  });
  try {
    return await Promise.race([outcome, late]);
  } finally {
    timer?.cancel();
  }
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
