import {
  type CompressionName,
  Configuration,
  createIoContext,
  createSubtaskIoContext,
  type Host,
  type HostAsyncContext,
  type HostCompression,
  type HostProcess,
  invariant,
  MemoryFileSystem,
  type SubtaskIoContext,
} from "@millrace/core";
import { CapturedTerminal } from "./captured-terminal.js";
import { FaultyDisk } from "./faulty-disk.js";
import type { ScratchDisk } from "./scratch-disk.js";
import { SeededRandom } from "./seeded-random.js";
import { VirtualTime } from "./virtual-time.js";

/** Says what a {@link TestHost} has. @public */
export interface TestHostOptions {
  /** Settles everything that is random; 1 by default. */
  readonly seed?: number | undefined;
  /** The files that are there at first, text or bytes by path. */
  readonly files?: Readonly<Record<string, string | Uint8Array>> | undefined;
  /** Not interactive and 80 columns wide by default. */
  readonly terminal?: CapturedTerminal | undefined;
  /** None by default; that of a real host may be lent. */
  readonly compression?: HostCompression | undefined;
  /** The program's arguments; none by default. */
  readonly argv?: readonly string[] | undefined;
  /** The environment variables; none by default. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** 2 by default. */
  readonly numProcessors?: number | undefined;
  /** 1 GiB by default. */
  readonly availableMemoryBytes?: number | undefined;
  /** Not known by default. */
  readonly totalMemoryBytes?: number | undefined;
  /** None by default; that of a real host may be lent. */
  readonly asyncContext?: HostAsyncContext | undefined;
}

/**
 * Is a host in which everything is repeatable: virtual time, seeded randomness, a disk in memory that fails when told to, a terminal that keeps what
 * was written. It has no sockets, no workers and no inspector.
 * @public
 */
export class TestHost implements Host {
  readonly name = "test host";
  /** Is clock and timers in one; moves only when the test says so. */
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  /** The files themselves, for looking at them and putting some there. */
  readonly memory: MemoryFileSystem;
  /** The file system that the code under test sees. */
  readonly files: FaultyDisk;
  /** The temporary files of {@link TestHost.files}, which fail by the same plan. */
  readonly scratch: ScratchDisk;
  readonly compression: HostCompression;
  readonly terminal: CapturedTerminal;
  readonly process: HostProcess;
  readonly asyncContext: HostAsyncContext | undefined;
  readonly sockets = undefined;
  readonly workers = undefined;
  readonly inspector = undefined;
  readonly scripts = undefined;
  readonly #counts = new Map<string, number>();

  constructor(options: TestHostOptions = {}) {
    this.random = new SeededRandom(options.seed ?? 1);
    this.time = new VirtualTime(this.random.fork());
    this.memory = new MemoryFileSystem(options.files);
    this.files = new FaultyDisk(this.memory);
    this.scratch = this.files.scratch;
    this.compression = options.compression ?? NO_COMPRESSION;
    this.terminal = options.terminal ?? new CapturedTerminal();
    this.process = {
      argv: options.argv ?? [],
      env: options.env ?? {},
      execArgv: [],
      numProcessors: options.numProcessors ?? 2,
      availableMemoryBytes: options.availableMemoryBytes ?? DEFAULT_AVAILABLE_BYTES,
      totalMemoryBytes: options.totalMemoryBytes,
    };
    this.asyncContext = options.asyncContext;
  }

  get clock(): VirtualTime {
    return this.time;
  }

  get timers(): VirtualTime {
    return this.time;
  }

  /** Makes the context that an engine gives to a subtask of a source or sink. What is counted is in {@link TestHost.counts}. */
  ioContext(
    options: {
      readonly signal?: AbortSignal | undefined;
      readonly parameters?: Configuration | undefined;
      readonly subtaskIndex?: number | undefined;
      readonly numParallelSubtasks?: number | undefined;
    } = {},
  ): SubtaskIoContext {
    const { signal, parameters = new Configuration(), subtaskIndex = 0, numParallelSubtasks = 1 } = options;
    return createSubtaskIoContext(createIoContext({ host: this, signal, parameters }), {
      subtaskIndex,
      numParallelSubtasks,
      count: (name, increment) => this.#counts.set(name, (this.#counts.get(name) ?? 0) + increment),
    });
  }

  /** What sources and sinks counted, by name. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** Throws INVARIANT_VIOLATED when a file is open or a timer is set. */
  assertNothingLeft(): void {
    this.files.assertNothingLeft();
    invariant(this.time.numPendingTimers === 0, `no timer is left, but ${this.time.numPendingTimers} are`);
  }
}

const DEFAULT_AVAILABLE_BYTES = 2 ** 30;

const NO_COMPRESSION: HostCompression = {
  decompress: (_name: CompressionName) => undefined,
  compress: (_name: CompressionName) => undefined,
};
