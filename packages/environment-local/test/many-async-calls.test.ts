import { ExecutionEnvironment } from "@millrace/dataset";
import { collectionEngine } from "@millrace/environment-collection";
import { nodeHost } from "@millrace/host-node";
import { expect, test } from "vitest";
import { localEngine } from "../src/index.js";

/** With more listeners than that on one signal, Node.js 20 warns of a leak. */
const MAX_LISTENERS = 10;

/** Runs `action` and returns the most listeners that any one signal had meanwhile. */
async function mostListeners(action: () => Promise<void>): Promise<number> {
  const counts = new Map<EventTarget, number>();
  let most = 0;
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const count = (target: EventTarget, change: number): void => {
    counts.set(target, (counts.get(target) ?? 0) + change);
    most = Math.max(most, counts.get(target) ?? 0);
  };
  EventTarget.prototype.addEventListener = function (...parameters) {
    if (this instanceof AbortSignal) count(this, 1);
    addEventListener.apply(this, parameters);
  };
  EventTarget.prototype.removeEventListener = function (...parameters) {
    if (this instanceof AbortSignal) count(this, -1);
    removeEventListener.apply(this, parameters);
  };
  try {
    await action();
  } finally {
    Object.assign(EventTarget.prototype, { addEventListener, removeEventListener });
  }
  return most;
}

test.each([localEngine(nodeHost(), { memory: "8MiB" }), collectionEngine(nodeHost())])(
  "many pending calls of mapAsync do not each listen to one signal: $name",
  async (engine) => {
    const most = await mostListeners(async () => {
      const env = ExecutionEnvironment.onEngine(engine);
      const numbers = env.generateSequence(1, 100).mapAsync(
        async (n) => {
          await new Promise((resolve) => setImmediate(resolve));
          return n * 2;
        },
        { concurrency: 50, timeoutMs: 60_000 },
      );
      expect(await numbers.reduce((a, b) => a + b).collect()).toEqual([10_100]);
    });
    expect(most).toBeLessThanOrEqual(MAX_LISTENERS);
  },
);
