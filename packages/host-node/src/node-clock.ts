import { randomInt } from "node:crypto";
import type { Clock, RandomSource, TimerHandle, Timers } from "@millrace/core";

/** The longest delay that the system's timer takes; longer ones are waited for in pieces. */
const MAX_TIMER_MS = 0x7fff_ffff;

/** Tells the time of the system. @internal */
export const nodeClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

/** Sets timers of the system. They keep the process alive, as `setTimeout` does. @internal */
export const nodeTimers: Timers = {
  setTimer(delayMs: number, callback: () => void): TimerHandle {
    let timer: NodeJS.Timeout;
    const start = (leftMs: number): void => {
      const pieceMs = Math.min(Math.max(0, leftMs), MAX_TIMER_MS);
      timer = setTimeout(() => (leftMs > MAX_TIMER_MS ? start(leftMs - pieceMs) : callback()), pieceMs);
    };
    start(delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};

/** Draws from the system's generator. @internal */
export const nodeRandom: RandomSource = {
  seed: () => randomInt(0x1_0000_0000),
};
