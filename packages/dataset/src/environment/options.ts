import { checkOptions, type EnvironmentOptions, type OptionRules } from "@millrace/core";
import { requireSignal } from "../jobs/run-options.js";
import { describe, OperatorCall } from "../operators/operator-call.js";

const OPTIONS: OptionRules<EnvironmentOptions> = {
  parallelism: "checked elsewhere",
  memory: "checked elsewhere",
  executionRetries: "checked elsewhere",
  executionMode: ["pipelined", "pipelined-forced", "batch", "batch-forced"],
  checkRecords: "boolean",
  checkCaptures: "boolean",
  jobParameters: "checked elsewhere",
  overwriteFiles: "boolean",
  alwaysCreateDirectory: "boolean",
  progress: "boolean",
  signal: "checked elsewhere",
};
const MEMORY = /^\d+(\.\d+)?\s*(B|KiB|MiB|GiB|TiB|KB|MB|GB|TB)?$/i;

/** Checks the options of an environment; throws INVALID_ARGUMENT. @internal */
export function checkedOptions(options: EnvironmentOptions): EnvironmentOptions {
  const call = new OperatorCall("ExecutionEnvironment");
  call.check(() => checkOptions("the environment", options, OPTIONS));
  const { parallelism, memory, executionRetries, jobParameters } = options;
  if (parallelism !== undefined) call.requireParallelism(parallelism);
  if (executionRetries !== undefined) call.requireInteger(executionRetries, "executionRetries", 0);
  if (typeof memory === "number") call.requireInteger(memory, "memory", 1);
  else if (memory !== undefined && !(typeof memory === "string" && MEMORY.test(memory.trim()))) {
    throw call.error({
      code: "INVALID_ARGUMENT",
      what: `memory is ${describe(memory)}`,
      expected: 'a number of bytes, or a number with a unit such as "64MiB" or "2GiB"',
    });
  }
  if (jobParameters !== undefined && (typeof jobParameters !== "object" || jobParameters === null)) {
    throw call.error({
      code: "INVALID_ARGUMENT",
      what: `jobParameters is ${describe(jobParameters)}`,
      expected: "an object of parameters, such as { limit: 10 }",
    });
  }
  requireSignal(options.signal, call);
  return { ...options };
}
