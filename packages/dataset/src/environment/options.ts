import type { EnvironmentOptions } from "@millrace/core";
import { OperatorCall } from "../operators/operator-call.js";

const MODES: readonly unknown[] = ["pipelined", "pipelined-forced", "batch", "batch-forced"];
const MEMORY = /^\d+(\.\d+)?\s*(B|KiB|MiB|GiB|TiB|KB|MB|GB|TB)?$/i;

/** Checks the options of an environment; throws INVALID_ARGUMENT. @internal */
export function checkedOptions(options: EnvironmentOptions): EnvironmentOptions {
  const call = new OperatorCall("ExecutionEnvironment");
  const { parallelism, memory, executionRetries, executionMode } = options;
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
  return { ...options };
}
