import { TestHost } from "@millrace/host-test";
import { describe, expect, it } from "vitest";
import { RowScratch } from "../../src/exchange/row-scratch.js";
import { TaskOutput } from "../../src/exchange/task-output.js";
import { createLayoutTable } from "../../src/rows/layout-table.js";
import type { Steps, Wait } from "../../src/task/driver.js";
import { awaited } from "../../src/task/promise-steps.js";
import { SlotScheduler } from "../../src/task/slot-scheduler.js";
import { testTask } from "../support/test-task.js";

/** Makes a task whose driver yields these things, one after the other. */
function taskOf(host: TestHost, waits: () => Iterable<Wait>, log: string[] = [], name = "") {
  const nowhere = { layout: undefined as never, write: () => 0 };
  return testTask({
    host,
    layouts: createLayoutTable(),
    inputs: [],
    outputs: [new TaskOutput([], nowhere, new RowScratch())],
    makeDriver: () => ({
      *run(): Steps {
        for (const wait of waits()) {
          log.push(name);
          yield wait;
        }
      },
      close: () => log.push(`${name} closed`),
    }),
  });
}

function run(host: TestHost, tasks: readonly ReturnType<typeof taskOf>[], throwIfCancelled = () => {}) {
  return new SlotScheduler(tasks, host, throwIfCancelled).run();
}

describe("the scheduler of a slot", () => {
  it("[RT40] lets all tasks that can go on take turns", async () => {
    const host = new TestHost();
    const log: string[] = [];
    const turns = (count: number) => () => Array.from({ length: count }, (): Wait => "turn");
    await run(host, [
      taskOf(host, turns(3), log, "a"),
      taskOf(host, turns(2), log, "b"),
      taskOf(host, turns(1), log, "c"),
    ]);
    expect(log).toEqual(["a", "b", "c", "a", "b", "c closed", "a", "b closed", "a closed"]);
  });

  it("goes on with others while one waits for a promise", async () => {
    const host = new TestHost();
    const log: string[] = [];
    const slow = new Promise<void>((resolve) => host.timers.setTimer(50, resolve));
    const running = run(host, [
      taskOf(host, () => [slow, "turn"], log, "slow"),
      taskOf(host, () => ["turn", "turn"], log, "fast"),
    ]);
    await host.time.advance(10);
    expect(log).toEqual(["slow", "fast", "fast", "fast closed"]);
    await host.time.advance(50);
    await running;
    expect(log.slice(4)).toEqual(["slow", "slow closed"]);
  });

  it("goes on when a promise that is waited for is rejected: what it means is the task's business", async () => {
    const host = new TestHost();
    await run(host, [taskOf(host, () => [Promise.reject(new Error("no"))])]);
  });

  it("does not go on with a task before the promise that it waits for is settled, whatever else wakes it", async () => {
    const host = new TestHost();
    const slow = new Promise<string>((resolve) => host.timers.setTimer(50, () => resolve("settled")));
    const log: string[] = [];
    function* waits(): Steps {
      yield "input";
      // What it does in a step may bring it input, before it says what it waits for now.
      task.onReadable();
      log.push(yield* awaited(slow));
    }
    const task = taskOf(host, waits);
    const running = new SlotScheduler(
      [task],
      host,
      () => {},
      () => true,
    ).run();
    await host.time.advance(10);
    task.onReadable();
    await host.time.advance(10);
    expect(log).toEqual([]);
    await host.time.advance(50);
    await running;
    expect(log).toEqual(["settled"]);
  });

  it("[RT43] fails, naming who waits for what, when nothing can go on and nothing is waited for", async () => {
    const host = new TestHost();
    const running = run(host, [taskOf(host, () => ["input"])]);
    await expect(running).rejects.toMatchObject({
      code: "INVARIANT_VIOLATED",
      message: expect.stringContaining("test (1/1) waits for input"),
    });
  });

  it("asks before every step whether the job was cancelled", async () => {
    const host = new TestHost();
    let numSteps = 0;
    const endless = function* (): Generator<Wait> {
      for (;;) yield "turn";
    };
    const running = run(host, [taskOf(host, endless)], () => {
      if (++numSteps === 100) throw new Error("cancelled");
    });
    await expect(running).rejects.toThrow("cancelled");
    expect(numSteps).toBe(100);
  });
});
