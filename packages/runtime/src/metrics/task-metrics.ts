import type { Clock } from "@millrace/core";
import type { SpillSpace } from "../spill/spill-space.js";
import type { Wait } from "../task/driver.js";
import { EdgeMetrics } from "./edge-metrics.js";

/** Tells what went along the inputs or the outputs of a task. @beta */
export interface FlowReport {
  /** How many records; one that goes along two edges counts twice. */
  readonly numRecords: number;
  /** How many bytes, as pages with their headers. */
  readonly numBytes: number;
  /** How many pages; a full one has 32 KiB. */
  readonly numPages: number;
}

/** Tells what one task did. @beta */
export interface TaskReport {
  /** The id of the vertex in the graph. */
  readonly vertex: number;
  /** The name of the vertex. */
  readonly name: string;
  /** 0-based. */
  readonly subtaskIndex: number;
  /** What it read from other tasks. */
  readonly read: FlowReport;
  /** What it sent to other tasks. */
  readonly sent: FlowReport;
  /** Bytes that it wrote to temporary files. */
  readonly numBytesSpilled: number;
  /** Bytes that it read from them. */
  readonly numBytesRestored: number;
  /** Milliseconds in which it worked. */
  readonly busyMs: number;
  /** Milliseconds in which it waited for input, or for something from outside. */
  readonly idleMs: number;
  /** Milliseconds in which it waited for room in its output. */
  readonly backPressuredMs: number;
  /** How often it had a turn; one is about a page of work. */
  readonly numSteps: number;
  /** How many supersteps its iteration had; 0 outside of one. */
  readonly numSupersteps: number;
}

/** Measures what a task does: once per step and once per page, never per record. */
export class TaskMetrics {
  /** What comes along all its inputs. */
  readonly read = new EdgeMetrics();
  /** What goes along all its outputs. */
  readonly sent = new EdgeMetrics();
  readonly #clock: Clock;
  readonly #spill: SpillSpace;
  #busyMs = 0;
  #idleMs = 0;
  #backPressuredMs = 0;
  #numSteps = 0;
  #numBytesSpilled = 0;
  #numBytesRestored = 0;
  /** What clock and spill space said last. */
  #since: number;
  #spilledBefore = 0;
  #restoredBefore = 0;

  constructor(clock: Clock, spill: SpillSpace) {
    this.#clock = clock;
    this.#spill = spill;
    this.#since = clock.monotonic();
  }

  /** Begins a step: until now the task waited for `wait`. */
  begin(wait: Wait): void {
    const now = this.#clock.monotonic();
    if (wait === "output" || wait === "inputOrOutput") this.#backPressuredMs += now - this.#since;
    else if (wait !== "turn") this.#idleMs += now - this.#since;
    this.#since = now;
    // Only this task spills during its step, for there is one thread.
    this.#spilledBefore = this.#spill.numBytesWritten;
    this.#restoredBefore = this.#spill.numBytesRead;
  }

  /** Ends a step; returns the time. */
  end(): number {
    const now = this.#clock.monotonic();
    this.#busyMs += now - this.#since;
    this.#since = now;
    this.#numSteps++;
    this.#numBytesSpilled += this.#spill.numBytesWritten - this.#spilledBefore;
    this.#numBytesRestored += this.#spill.numBytesRead - this.#restoredBefore;
    return now;
  }

  /** Returns what was measured so far. */
  report(task: Pick<TaskReport, "vertex" | "name" | "subtaskIndex" | "numSupersteps">): TaskReport {
    return {
      ...task,
      read: this.read.report(),
      sent: this.sent.report(),
      numBytesSpilled: this.#numBytesSpilled,
      numBytesRestored: this.#numBytesRestored,
      busyMs: this.#busyMs,
      idleMs: this.#idleMs,
      backPressuredMs: this.#backPressuredMs,
      numSteps: this.#numSteps,
    };
  }
}
