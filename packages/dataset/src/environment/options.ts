import type { EnvironmentOptions } from "@millrace/core";
import { requireSignal } from "../jobs/require-signal.js";
import { describe, OperatorCall } from "../operators/operator-call.js";

const NAMES: Readonly<Record<keyof EnvironmentOptions, true>> = {
  parallelism: true,
  memory: true,
  executionRetries: true,
  executionMode: true,
  checkRecords: true,
  jobParameters: true,
  overwriteFiles: true,
  alwaysCreateDirectory: true,
  progress: true,
  signal: true,
};
const SWITCHES = ["checkRecords", "overwriteFiles", "alwaysCreateDirectory", "progress"] as const;

const MODES: readonly unknown[] = ["pipelined", "pipelined-forced", "batch", "batch-forced"];
const MEMORY = /^\d+(\.\d+)?\s*(B|KiB|MiB|GiB|TiB|KB|MB|GB|TB)?$/i;

/** Checks the options of an environment; throws INVALID_ARGUMENT. @internal */
export function checkedOptions(options: EnvironmentOptions): EnvironmentOptions {
  const call = new OperatorCall("ExecutionEnvironment");
  requireKnownNames(options, call);
  const { parallelism, memory, executionRetries, executionMode, jobParameters } = options;
  if (parallelism !== undefined) call.requireInteger(parallelism, "parallelism", 1);
  if (executionRetries !== undefined) call.requireInteger(executionRetries, "executionRetries", 0);
  if (typeof memory === "number") call.requireInteger(memory, "memory", 1);
  if (typeof memory === "string" && !MEMORY.test(memory.trim())) {
    throw call.error({
      code: "INVALID_ARGUMENT",
      what: `memory is ${JSON.stringify(memory)}`,
      expected: 'a number of bytes, or a number with a unit such as "64MiB" or "2GiB"',
    });
  }
  if (executionMode !== undefined && !MODES.includes(executionMode)) {
    throw call.error({
      code: "INVALID_ARGUMENT",
      what: `executionMode is ${JSON.stringify(executionMode)}`,
      expected: `one of ${MODES.join(", ")}`,
    });
  }
  if (jobParameters !== undefined && !isObject(jobParameters)) {
    throw call.error({
      code: "INVALID_ARGUMENT",
      what: `jobParameters is ${describe(jobParameters)}`,
      expected: "an object of parameters, such as { limit: 10 }",
    });
  }
  for (const name of SWITCHES) {
    const value: unknown = options[name];
    if (value === undefined || typeof value === "boolean") continue;
    throw call.error({ code: "INVALID_ARGUMENT", what: `${name} is ${describe(value)}`, expected: "true or false" });
  }
  requireSignal(options.signal, call);
  return { ...options };
}

/** A misspelt option would be a default, silently; the compiler finds it in object literals only. */
function requireKnownNames(options: EnvironmentOptions, call: OperatorCall): void {
  const given: unknown = options;
  const unknown = isObject(given) ? Object.keys(given).find((name) => !Object.hasOwn(NAMES, name)) : undefined;
  if (isObject(given) && unknown === undefined) return;
  throw call.error({
    code: "INVALID_ARGUMENT",
    what:
      unknown === undefined ? `The options are ${describe(given)}` : `There is no option ${JSON.stringify(unknown)}`,
    expected: `an object with some of ${Object.keys(NAMES).join(", ")}`,
  });
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
