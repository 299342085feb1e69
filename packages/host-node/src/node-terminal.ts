import { availableParallelism, freemem } from "node:os";
import type { HostProcess, Terminal } from "@millrace/core";

const DEFAULT_COLUMNS = 80;

/** Writes to the standard streams of the process. @internal */
export const nodeTerminal: Terminal = {
  write: (text) => void process.stdout.write(text),
  writeError: (text) => void process.stderr.write(text),
  get isInteractive() {
    return process.stderr.isTTY === true;
  },
  get columns() {
    return process.stderr.columns ?? process.stdout.columns ?? DEFAULT_COLUMNS;
  },
};

/** Tells what the process was started with. @internal */
export const nodeProcess: HostProcess = {
  get argv() {
    return process.argv;
  },
  get env() {
    return process.env;
  },
  get execArgv() {
    return process.execArgv;
  },
  /** Follows the process's CPU affinity and, where the system tells it, the container's quota. */
  get numProcessors() {
    return Math.max(1, availableParallelism());
  },
  /** Respects the limits of control groups, of both versions. Where they do not apply it is what the system calls available. */
  get availableMemoryBytes() {
    return Math.min(process.availableMemory(), freemem());
  },
};
