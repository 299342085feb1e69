import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { nodeHost } from "../src/index.js";

test("[H21] a value is there in what a call does now and later, and not beside it", async () => {
  const context = nodeHost().asyncContext!;
  const seen: unknown[] = [];
  const later = context.run("outer", async () => {
    seen.push(context.current());
    await setImmediate();
    seen.push(context.current());
    const inner = context.run("inner", async () => {
      await undefined;
      return context.current();
    });
    seen.push(context.current(), await inner, context.current());
  });
  seen.push(context.current());
  await later;
  seen.push(context.current());
  expect(seen).toEqual(["outer", undefined, "outer", "outer", "inner", "outer", undefined]);
});
