import { type ErrorPlace, MillraceError, type SetUpFunction, thrownText } from "@millrace/core";
import type { PlanJobAttempt } from "./plan-job.js";

/** What ran in this process, whichever engine asked: a function that configures a package does so for all. */
const ran = new WeakMap<SetUpFunction, Promise<void>>();

/**
 * Runs what a program gave to `env.setUp`, in order and each once in this process; for engines that run user code in it. It waits for
 * promises. A function that fails runs again with the next job; it is not reported when the job was cancelled meanwhile.
 * @internal
 */
export async function runSetUp(
  functions: readonly SetUpFunction[] | undefined,
  { signal, cancelled }: Pick<PlanJobAttempt, "signal" | "cancelled">,
): Promise<void> {
  for (const each of functions ?? []) {
    let running = ran.get(each);
    if (running === undefined) {
      running = run(each);
      ran.set(each, running);
      running.catch(() => ran.delete(each));
    }
    try {
      await running;
    } catch (error) {
      throw signal.aborted ? cancelled() : error;
    }
  }
}

async function run({ value, where }: SetUpFunction): Promise<void> {
  try {
    await value();
  } catch (error) {
    throw failureOf(error, where);
  }
}

function failureOf(cause: unknown, where: ErrorPlace): MillraceError {
  return new MillraceError({
    code: "FUNCTION_FAILED",
    what: `The function that was given to env.setUp threw ${thrownText(cause)}`,
    expected: "a function that prepares a worker for user code",
    where,
    cause,
  });
}
