import { deferred } from "@millrace/common-api";
import type { Host } from "@millrace/core";

/** How long user code may run, in milliseconds, before the event loop gets a turn: short for a person, long for a timer. */
const PAUSE_AFTER_MS = 20;

/** Makes the function that lets the event loop of a host turn when it has waited for long. */
export function pausesOf({ clock, timers }: Host): () => Promise<void> {
  let last = clock.monotonic();
  return async () => {
    if (clock.monotonic() - last < PAUSE_AFTER_MS) return;
    const turned = deferred<void>();
    timers.setTimer(0, () => turned.resolve());
    await turned.promise;
    last = clock.monotonic();
  };
}
