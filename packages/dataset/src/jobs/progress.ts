import type { EnvironmentOptions, JobProgress, Terminal } from "@millrace/core";

/** Shows how far a job is in one line of standard error, which it overwrites and removes at the end. @internal */
export interface ProgressLine {
  readonly show: (progress: JobProgress) => void;
  readonly clear: () => void;
}

const ERASE_LINE = "\r\u001b[K";

/** Returns undefined when nobody is looking, or when progress was switched off. @internal */
export function progressLine(terminal: Terminal, options: EnvironmentOptions): ProgressLine | undefined {
  if (!terminal.isInteractive || options.progress === false) return undefined;
  let isShown = false;
  return {
    show: ({ operator, numOperatorsDone, numOperators, numRecords }) => {
      const text = `${numOperatorsDone}/${numOperators} ${operator}: ${numRecords.toLocaleString("en-US")} records`;
      terminal.writeError(`${ERASE_LINE}${text.slice(0, Math.max(1, terminal.columns - 1))}`);
      isShown = true;
    },
    clear: () => {
      if (isShown) terminal.writeError(ERASE_LINE);
      isShown = false;
    },
  };
}
