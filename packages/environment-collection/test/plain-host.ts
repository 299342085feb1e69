import type { Host, HostCompression } from "@millrace/core";

const noCompression: HostCompression = { decompress: () => undefined, compress: () => undefined };

/** A timer that a test fires by hand. */
export interface ManualTimer {
  readonly delayMs: number;
  readonly fire: () => void;
  isCancelled: boolean;
}

/** A host with no files, whose time stands still and whose timers fire only when a test says so. */
export function plainHost(timers: ManualTimer[] = []): Host {
  return {
    name: "plain test host",
    clock: { now: () => 0, monotonic: () => 0 },
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
    random: { seed: () => 42 },
    files: undefined,
    compression: noCompression,
    terminal: { write: () => undefined, writeError: () => undefined, isInteractive: false, columns: 80 },
    process: { argv: [], env: {}, numProcessors: 1 },
    sockets: undefined,
    workers: undefined,
  };
}
