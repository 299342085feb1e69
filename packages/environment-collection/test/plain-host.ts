import { bareHost, type Host } from "@millrace/core";

/** A timer that a test fires by hand. */
export interface ManualTimer {
  readonly delayMs: number;
  readonly fire: () => void;
  isCancelled: boolean;
}

/** A host with no files, whose time stands still and whose timers fire only when a test says so. */
export function plainHost(timers: ManualTimer[] = []): Host {
  return bareHost({
    timers: {
      setTimer(delayMs, callback) {
        const timer: ManualTimer = { delayMs, fire: callback, isCancelled: false };
        timers.push(timer);
        return {
          cancel: () => {
            timer.isCancelled = true;
          },
        };
      },
    },
  });
}
