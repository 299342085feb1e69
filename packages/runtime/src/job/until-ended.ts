import type { Host } from "@millrace/core";

/** How long what was begun outside may take to end when a job or a subtask does, in milliseconds, before that ends without it. */
const CLEAN_UP_MS = 10_000;

/** Waits for what is under way outside, however it ends, but not for ever: a source or a sink may hang. */
export async function untilEnded(works: Iterable<Promise<unknown>>, { timers }: Host): Promise<void> {
  const pending = [...works];
  if (pending.length === 0) return;
  await new Promise<void>((resolve) => {
    const timer = timers.setTimer(CLEAN_UP_MS, resolve);
    void Promise.allSettled(pending).then(() => {
      timer.cancel();
      resolve();
    });
  });
}
