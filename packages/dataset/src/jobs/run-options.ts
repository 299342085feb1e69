import { checkOptions, type OptionRules } from "@millrace/core";
import { describe, type OperatorCall } from "../operators/operator-call.js";
import type { RunOptions } from "./job-handle.js";

/** The options of `execute`, whose job is named by its first argument. */
const EXECUTE_OPTIONS: OptionRules<Omit<RunOptions, "jobName">> = {
  signal: "checked elsewhere",
  onProgress: "checked elsewhere",
};
const RUN_OPTIONS: OptionRules<RunOptions> = { ...EXECUTE_OPTIONS, jobName: "checked elsewhere" };

/**
 * Throws INVALID_ARGUMENT for options that a run does not have. A signal in place of them is one too: it has no fields of its own, and the
 * job could not be cancelled.
 * @internal
 */
export function requireRunOptions(options: unknown, method: "execute" | "run", call: OperatorCall): void {
  if (isSignal(options)) {
    throw call.error({
      code: "INVALID_ARGUMENT",
      what: "The options of the job are a signal",
      expected: "an object of options",
      fix: "Give the signal as one of them: { signal }.",
    });
  }
  call.check(() => checkOptions("the job", options as object, method === "execute" ? EXECUTE_OPTIONS : RUN_OPTIONS));
}

/**
 * Throws INVALID_ARGUMENT for what is no signal: a job that began to follow it would fail where nobody listens. Signals of
 * another realm, such as a test runner's, will do.
 * @internal
 */
export function requireSignal(signal: unknown, call: OperatorCall): void {
  if (signal === undefined || isSignal(signal)) return;
  throw call.error({
    code: "INVALID_ARGUMENT",
    what: `The signal is ${describe(signal)}`,
    expected: "an AbortSignal, such as controller.signal or AbortSignal.timeout(1000)",
  });
}

function isSignal(value: unknown): boolean {
  return typeof value === "object" && value !== null && "aborted" in value && "addEventListener" in value;
}

/** Throws INVALID_ARGUMENT for what can't be told of progress. @internal */
export function requireListener(listener: unknown, call: OperatorCall): void {
  if (listener === undefined || typeof listener === "function") return;
  throw call.error({
    code: "INVALID_ARGUMENT",
    what: `onProgress is ${describe(listener)}`,
    expected: "a function of the progress",
  });
}

/** Refuses a name that is no text: options in its place would be left out in silence. @internal */
export function requireJobName(jobName: unknown, call: OperatorCall): void {
  if (jobName === undefined || typeof jobName === "string") return;
  throw call.error({
    code: "INVALID_ARGUMENT",
    what: `The name of the job is ${describe(jobName)}`,
    expected: "a text, or undefined",
    fix: "Options are the second argument of execute: execute(undefined, { signal }).",
  });
}
