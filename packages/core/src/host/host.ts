import type { FileSystem } from "../io/file-system.js";
import type { HostInspector, HostScripts } from "./host-inspector.js";
import type { HostScratch } from "./host-scratch.js";

/**
 * Everything that Millrace asks of the process it runs in. No package reads a clock, draws a random number, opens a file or
 * starts a worker except through a Host that it was given; so the same code runs on Node.js, in a browser, and in a
 * deterministic simulation.
 * @public
 */
export interface Host {
  /** The host's name for messages, such as `node 24.21.0`. */
  readonly name: string;
  /** Tells the time. */
  readonly clock: Clock;
  /** Calls back later. */
  readonly timers: Timers;
  /** Draws random numbers. */
  readonly random: RandomSource;
  /** The local file system; undefined where there is none (a browser). */
  readonly files: FileSystem | undefined;
  /** Temporary files of this process, for what does not fit into memory; undefined where there are none. */
  readonly scratch: HostScratch | undefined;
  /** Decoders and encoders of compressed streams that this host has, by name: `deflate`, `gzip`, `bzip2`, `xz`, `zstd`, `brotli`. */
  readonly compression: HostCompression;
  /** Standard output and error, and whether a person is looking at them. */
  readonly terminal: Terminal;
  /** Program arguments and environment variables, for parameter tools; empty where there are none. */
  readonly process: HostProcess;
  /** Carries values along asynchronous work, so that a job knows inside of which other one it was started; undefined where nothing can. */
  readonly asyncContext: HostAsyncContext | undefined;
  /** TCP sockets; undefined where there are none. */
  readonly sockets: HostSockets | undefined;
  /** Worker threads; undefined where there are none. */
  readonly workers: HostWorkers | undefined;
  /** Looks into functions, so that they can travel; undefined where nothing can (browsers, Bun, Deno, `--permission`). */
  readonly inspector: HostInspector | undefined;
  /** Evaluates what travelled here and loads the modules it refers to; undefined where text may not be evaluated. */
  readonly scripts: HostScripts | undefined;
}

/** Tells the time. @public */
export interface Clock {
  /** Returns the wall-clock time in milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /** Returns a monotonic time in milliseconds, with fractions, from an arbitrary origin. */
  monotonic(): number;
}

/** Calls back later. @public */
export interface Timers {
  /** Calls `callback` once, not before `delayMs` milliseconds from now. The handle cancels it. */
  setTimer(delayMs: number, callback: () => void): TimerHandle;
}

/** Cancels a timer. @public */
export interface TimerHandle {
  /** Cancels the timer; a no-op when it has fired. */
  cancel(): void;
}

/** Draws random numbers. @public */
export interface RandomSource {
  /** Returns a random unsigned 32-bit integer, to seed a generator of ours. */
  seed(): number;
}

/** Names a compression format. @public */
export type CompressionName = "deflate" | "gzip" | "bzip2" | "xz" | "zstd" | "brotli";

/** Compresses and decompresses streams of bytes. Either map may lack a name: the host cannot do it. @public */
export interface HostCompression {
  /** Turns compressed chunks into plain chunks; corrupt input rejects with CORRUPT_FILE. */
  decompress(name: CompressionName, source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> | undefined;
  /** Turns plain chunks into compressed chunks. */
  compress(name: CompressionName, source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> | undefined;
}

/** Writes text for a person. @public */
export interface Terminal {
  /** Writes `text` to standard output as it is. */
  write(text: string): void;
  /** Writes `text` to standard error as it is. */
  writeError(text: string): void;
  /** Whether standard error is a terminal, on which progress may be shown and overwritten. */
  readonly isInteractive: boolean;
  /** The width in columns; 80 when unknown. */
  readonly columns: number;
}

/** What the process was started with. @public */
export interface HostProcess {
  /** The arguments of the program, without the program itself. */
  readonly argv: readonly string[];
  /** The environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The options of the runtime itself, such as `--enable-source-maps`. */
  readonly execArgv: readonly string[];
  /** How many processors this process may use, at least 1. */
  readonly numProcessors: number;
  /**
   * How many bytes of memory this process may still take, as of now, limits of its container respected; undefined where that is not
   * known.
   */
  readonly availableMemoryBytes: number | undefined;
  /** How many bytes of memory this process may have at most: the machine's, or the limit of its container; undefined where that is not known. */
  readonly totalMemoryBytes: number | undefined;
}

/** Carries a value along everything that a call does, also later: behind promises and in callbacks that it leaves. @public */
export interface HostAsyncContext {
  /** Calls `action`; `current` is `value` in everything that it does. Returns what it returns. */
  run<Result>(value: unknown, action: () => Result): Result;
  /** Returns the value of the innermost `run` that this is a part of; undefined outside of all. */
  current(): unknown;
}

/** Opens TCP connections and listens for them. @public */
export interface HostSockets {
  /** Connects to a port; rejects with NETWORK_FAILED. */
  connect(options: {
    readonly host: string;
    readonly port: number;
    readonly signal?: AbortSignal;
  }): Promise<HostSocket>;
  /** Listens on `host`; port 0 takes a free one. */
  listen(
    options: { readonly host: string; readonly port: number },
    onConnection: (socket: HostSocket) => void,
  ): Promise<HostListener>;
}

/** One TCP connection. @public */
export interface HostSocket extends AsyncIterable<Uint8Array> {
  /** Resolves when the bytes were taken by the system or its buffer has room again. */
  write(bytes: Uint8Array): Promise<void>;
  /** Closes both directions; a no-op when closed. */
  close(): Promise<void>;
}

/** A listening port. @public */
export interface HostListener {
  /** The port that is listened on. */
  readonly port: number;
  /** Stops listening; connections that are open stay so. */
  close(): Promise<void>;
}

/** Starts worker threads. @public */
export interface HostWorkers {
  /** Starts a worker on the module at `url`; `data` is cloned into it. */
  start(url: URL, data: unknown): HostWorker;
}

/** One worker thread. @public */
export interface HostWorker {
  /** Sends a message, of which the buffers in `transfer` are moved instead of copied. */
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  /** Calls `listener` with each message of the worker. */
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, with the error if the worker died of one. */
  onExit(listener: (error: Error | undefined) => void): void;
  /** Ends the worker at once; resolves when it is gone. */
  terminate(): Promise<void>;
  /** Whether the worker keeps the process alive; true at first. */
  setReferenced(isReferenced: boolean): void;
}
