/** What is left of a job whose sinks fail to commit, and of one that fails and is cancelled. */
import type { Sink } from "@millrace/core";
import { ExecutionEnvironment } from "@millrace/dataset";
import { nodeHost } from "@millrace/host-node";
import { afterAll, describe, expect, test } from "vitest";
import { localEngine } from "../src/index.js";

const engine = localEngine(nodeHost(), { memory: "64MiB" });
afterAll(() => engine.close());

const environment = (executionRetries: number, signal?: AbortSignal) =>
  ExecutionEnvironment.onEngine(engine, { progress: false, executionRetries, ...(signal && { signal }) });

/** A sink that notes what becomes of its output. */
function notingSink(log: string[], name: string, onCommit: () => unknown = () => undefined): Sink<number> {
  return {
    name,
    openWriter: async () => ({ write() {}, close: async () => undefined, abort: async () => undefined }),
    commit: async () => {
      log.push(`${name} commits`);
      await onCommit();
    },
    abort: async () => void log.push(`${name} aborts`),
  };
}

const fail = (): never => {
  throw new Error("the database is gone");
};

describe("[O116] a sink that fails to commit", () => {
  test("is told apart from those that have committed, and the job is not run again", async () => {
    const log: string[] = [];
    const env = environment(2);
    const numbers = env.fromElements(1, 2);
    numbers.output(notingSink(log, "first"));
    numbers.output(notingSink(log, "second", fail)).name("to the database");
    numbers.output(notingSink(log, "third"));
    await expect(env.execute()).rejects.toMatchObject({
      code: "COMMIT_FAILED",
      what: 'The sink "second" could not be committed: it threw Error: the database is gone',
      fix: expect.stringContaining('Committed, and there to stay: "first". Not committed: "second", "third".'),
      where: { operator: "to the database" },
      cause: { message: "the database is gone" },
    });
    expect(log).toEqual(["first commits", "second commits", "second aborts", "third aborts"]);
  });

  test.each([true, false])("is told of also when the job is cancelled meanwhile (failing: %s)", async (isFailing) => {
    const log: string[] = [];
    const controller = new AbortController();
    const env = environment(2, controller.signal);
    const numbers = env.fromElements(1, 2);
    numbers.output(notingSink(log, "first", () => controller.abort("enough")));
    numbers.output(notingSink(log, "second", isFailing ? fail : undefined));
    const ended = env.execute();
    if (isFailing) await expect(ended).rejects.toMatchObject({ code: "COMMIT_FAILED" });
    else await ended;
    expect(log).toEqual(["first commits", "second commits", ...(isFailing ? ["second aborts"] : [])]);
  });

  test("may lie in a job that is cancelled before anything commits", async () => {
    const log: string[] = [];
    const controller = new AbortController();
    const env = environment(2, controller.signal);
    const sink = notingSink(log, "first");
    const openWriter = async () => ({
      write() {},
      close: async () => controller.abort("enough"),
      abort: async () => undefined,
    });
    env.fromElements(1).output({ ...sink, openWriter });
    await expect(env.execute()).rejects.toMatchObject({ code: "JOB_CANCELLED", cause: "enough" });
    expect(log).toEqual(["first aborts"]);
  });
});

describe("[O117] a job that failed before it was cancelled", () => {
  test("ends with its failure, and is not run again", async () => {
    const controller = new AbortController();
    const env = environment(2, controller.signal);
    const attempts: number[] = [];
    const failing = env.fromElements(1).map((n, context) => {
      attempts.push(context.attemptNumber);
      return n < 2 ? fail() : n;
    });
    const sink = notingSink([], "cancelling");
    failing.output({ ...sink, abort: async () => controller.abort("too late") });
    await expect(env.execute()).rejects.toMatchObject({
      code: "FUNCTION_FAILED",
      cause: { message: "the database is gone" },
    });
    expect(attempts).toEqual([0]);
  });

  test("is cancelled when its functions fail after that, or for that", async () => {
    const controller = new AbortController();
    const failing = environment(2, controller.signal)
      .fromElements(1)
      .map((n) => {
        controller.abort("enough");
        return n < 2 ? fail() : n;
      });
    await expect(failing.collect()).rejects.toMatchObject({ code: "JOB_CANCELLED", cause: "enough" });
  });
});
