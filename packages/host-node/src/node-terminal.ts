import { availableParallelism, freemem, totalmem } from "node:os";
import type { HostProcess, Terminal } from "@millrace/core";
import { controlGroupMemory } from "./control-groups.js";

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
  /** The least of what the system calls available and what control groups leave. */
  get availableMemoryBytes() {
    const { availableBytes = Number.POSITIVE_INFINITY } = controlGroupMemory() ?? {};
    return Math.min(process.availableMemory(), freemem(), availableBytes);
  },
  get totalMemoryBytes() {
    return Math.min(totalmem(), controlGroupMemory()?.limitBytes ?? Number.POSITIVE_INFINITY);
  },
};
