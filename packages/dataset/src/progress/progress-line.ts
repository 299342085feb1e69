import type { Clock, JobProgress, Terminal } from "@millrace/core";

/** How often the line is drawn at most; more would only cost. */
const REDRAW_INTERVAL_MS = 100;

/** Moves to the start of the line and clears it. */
const CLEAR_LINE = "\r\u001b[2K";

/**
 * Shows a job's progress on one line of an interactive terminal's standard error, and removes it at the end. On anything else
 * it shows nothing, so that logs and pipes stay clean.
 * @internal
 */
export class ProgressLine {
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  readonly #isShown: boolean;
  #lastDrawn = Number.NEGATIVE_INFINITY;
  #isDirty = false;

  /** `isWanted` undefined means: when the terminal is interactive. */
  constructor(terminal: Terminal, clock: Clock, isWanted: boolean | undefined) {
    this.#terminal = terminal;
    this.#clock = clock;
    this.#isShown = isWanted ?? terminal.isInteractive;
  }

  /** Takes news of the job. Cheap: most calls draw nothing. */
  update(progress: JobProgress): void {
    if (!this.#isShown) return;
    const now = this.#clock.monotonic();
    if (now - this.#lastDrawn < REDRAW_INTERVAL_MS) return;
    this.#lastDrawn = now;
    const text = `${progress.numOperatorsDone}/${progress.numOperators} ${progress.operator}: ${progress.numRecords.toLocaleString("en-US")} records`;
    this.#terminal.writeError(CLEAR_LINE + [...text].slice(0, this.#terminal.columns - 1).join(""));
    this.#isDirty = true;
  }

  /** Removes the line; call it when the job ended, however it did. */
  clear(): void {
    if (this.#isDirty) this.#terminal.writeError(CLEAR_LINE);
    this.#isDirty = false;
  }
}
