/**
 * Runs all tasks of a slot in one thread, cooperatively.
 *
 * 1. Tasks that can go on stand in a queue, first in first out. Each step does about a page of work; a task that could go on stands behind
 *    all others then. So no task waits for more than one step of every other.
 * 2. A task that waits is put into the queue by what it waits for: a channel that has something to read, a page that came back, a
 *    promise that was settled.
 * 3. When the queue is empty, pages that are not full are sent: consumers may starve for them. Only when that changes nothing does the slot wait
 *    for promises. When there are none either, tasks wait for each other in a circle: one waits for an input whose producer waits for room
 *    in another input of the same task. Such tasks take in what they have, on disk if need be. If that does not help, we are wrong, and it
 *    says so instead of waiting for ever.
 * 4. The event loop has a turn every few milliseconds, and promise callbacks every few steps, so that sockets, timers and
 *    cancellation live while there is work.
 */
import { type Host, MillraceError } from "@millrace/core";
import type { Task } from "./task.js";

/** How long tasks may run before the event loop has a turn: short for a timer, long for the 1 ms that a turn may take. */
const TURN_AFTER_MS = 20;
/** After how many steps promise callbacks have a turn while some task waits for one. */
const STEPS_PER_MICROTASKS = 8;

/** Runs the tasks of one slot. */
export class SlotScheduler {
  readonly #host: Host;
  readonly #throwIfCancelled: () => void;
  readonly #isFedFromOutside: () => boolean;
  readonly #tasks: readonly Task[];
  readonly #queue: Task[] = [];
  #head = 0;
  /** Hears of a task that ended, and now and then of one that was at work. */
  onProgress: ((task: Task) => void) | undefined;
  /** How many promises tasks wait for. */
  #numPending = 0;
  /** Ends the waiting for what tasks wait for. */
  #wakeUp: (() => void) | undefined;
  /** Ends a turn of the event loop early: only a cancelled job does that. */
  #endTurn: (() => void) | undefined;
  #numUnfinished: number;

  /**
   * @param throwIfCancelled - is asked before every step
   * @param isFedFromOutside - tells whether input may come that no task and no promise brings
   */
  constructor(
    tasks: readonly Task[],
    host: Host,
    throwIfCancelled: () => void,
    isFedFromOutside: () => boolean = () => false,
  ) {
    this.#tasks = tasks;
    this.#isFedFromOutside = isFedFromOutside;
    this.#host = host;
    this.#throwIfCancelled = throwIfCancelled;
    this.#numUnfinished = tasks.length;
    for (const task of tasks) {
      task.onWake = () => this.#enqueue(task);
      task.onPending = (promise) => this.#waitFor(task, promise);
      this.#enqueue(task);
    }
  }

  /** Lets the scheduler look around: the job was cancelled. */
  interrupt(): void {
    this.#wakeUp?.();
    this.#endTurn?.();
  }

  /** Runs all tasks to their end. Rejects with the first failure; what has not ended then is closed by the caller. */
  async run(): Promise<void> {
    const { clock } = this.#host;
    let turnedAt = clock.monotonic();
    let numSteps = 0;
    while (this.#numUnfinished > 0) {
      this.#throwIfCancelled();
      const task = this.#dequeue();
      if (task === undefined) {
        if (this.#flushForStarving() || this.#prefetch()) continue;
        // What is waited for may settle without the event loop, again and again: waiting is no turn.
        if (clock.monotonic() - turnedAt <= TURN_AFTER_MS) {
          await this.#idle();
        } else {
          await this.#turnOfEventLoop();
          turnedAt = clock.monotonic();
        }
        continue;
      }
      // A task may be woken by what it does in its own last step, such as sending a page that comes back at once.
      if (task.isFinished) continue;
      task.metrics.begin(task.wait);
      const state = task.step();
      const now = task.metrics.end();
      if (state === "finished") this.#finish(task);
      else if (state === "ready") this.#enqueue(task);
      else if (state === "waiting" && typeof task.wait === "object") this.#waitFor(task, task.wait);
      if (now - turnedAt > TURN_AFTER_MS) {
        if (state !== "finished") this.onProgress?.(task);
        await this.#turnOfEventLoop();
        turnedAt = clock.monotonic();
      } else if (this.#numPending > 0 && ++numSteps % STEPS_PER_MICROTASKS === 0) {
        await undefined;
      }
    }
  }

  #finish(task: Task): void {
    this.#numUnfinished--;
    task.close();
    this.onProgress?.(task);
  }

  #enqueue(task: Task): void {
    if (task.isFinished || task.isQueued) return;
    task.isQueued = true;
    this.#queue.push(task);
    this.#wakeUp?.();
  }

  #dequeue(): Task | undefined {
    if (this.#head === this.#queue.length) {
      this.#queue.length = this.#head = 0;
      return undefined;
    }
    const task = this.#queue[this.#head++]!;
    // The used part of the array is dropped now and then, so that a queue that is never empty does not grow.
    if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
      this.#queue.splice(0, this.#head);
      this.#head = 0;
    }
    task.isQueued = false;
    return task;
  }

  #waitFor(task: Task, promise: Promise<unknown>): void {
    this.#numPending++;
    const settled = (): void => {
      this.#numPending--;
      task.onSettled(promise);
      this.#wakeUp?.();
    };
    // What it rejects with is the business of the task, which looks at it when it goes on.
    promise.then(settled, settled);
  }

  #flushForStarving(): boolean {
    let hasSent = false;
    for (const task of this.#tasks) if (!task.isFinished && task.flushForStarving()) hasSent = true;
    return hasSent;
  }

  /** Breaks circles of tasks that wait for each other, once there is nothing else to wait for. */
  #prefetch(): boolean {
    if (this.#numPending > 0 || this.#isFedFromOutside()) return false;
    let hasTaken = false;
    for (const task of this.#tasks) if (!task.isFinished && task.prefetch()) hasTaken = true;
    return hasTaken;
  }

  /** Waits until something that tasks wait for has happened, or the job was cancelled. */
  async #idle(): Promise<void> {
    if (this.#numPending === 0 && !this.#isFedFromOutside()) throw stuck(this.#tasks);
    await new Promise<void>((resolve) => {
      this.#wakeUp = resolve;
    });
    this.#wakeUp = undefined;
  }

  async #turnOfEventLoop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#endTurn = resolve;
      this.#host.timers.setTimer(0, resolve);
    });
    this.#endTurn = undefined;
  }
}

function stuck(tasks: readonly Task[]): MillraceError {
  const waiting = tasks.filter((task) => !task.isFinished).map((task) => `${task.name} waits for ${String(task.wait)}`);
  return new MillraceError({
    code: "INVARIANT_VIOLATED",
    what: `No task can go on, and nothing is waited for: ${waiting.join("; ")}`,
    expected: "a plan in which whoever waits is waited for by nobody that it waits for",
    fix: "This is a bug in Millrace; please report it with the program that showed it.",
  });
}
