import type { Host } from "./host.js";

/**
 * Makes a host that has only what it is given: no files, sockets, workers or compression, a clock that stands still at 0, timers that
 * never fire, a terminal that nobody reads. It is the start of hosts for browsers and tests.
 * @public
 */
export function bareHost(parts: Partial<Host> = {}): Host {
  return {
    name: "bare host",
    clock: { now: () => 0, monotonic: () => 0 },
    timers: { setTimer: () => ({ cancel() {} }) },
    random: { seed: () => 0 },
    files: undefined,
    scratch: undefined,
    compression: { decompress: () => undefined, compress: () => undefined },
    terminal: { write() {}, writeError() {}, isInteractive: false, columns: 80 },
    process: {
      argv: [],
      env: {},
      execArgv: [],
      numProcessors: 1,
      availableMemoryBytes: undefined,
      totalMemoryBytes: undefined,
    },
    asyncContext: undefined,
    sockets: undefined,
    workers: undefined,
    inspector: undefined,
    scripts: undefined,
    ...parts,
  };
}
