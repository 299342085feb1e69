/**
 * A disk that fails when told to.
 *
 * It passes every call on to another file system, in memory by default, counts the calls by operation, and lets the n-th of chosen
 * operations fail. Tests sweep n from 1 until nothing fails any more; then every single failure was tried (see
 * `sweepFailures`). It also counts open handles, so that a test can hold that none is left.
 */
import {
  type FileStatus,
  type FileSystem,
  MemoryFileSystem,
  MillraceError,
  type ReadableFile,
  type WritableFile,
} from "@millrace/core";
import { ScratchDisk, type ScratchOperation } from "./scratch-disk.js";

/** Names an operation that can fail. @public */
export type DiskOperation =
  | "status"
  | "list"
  | "openRead"
  | "openWrite"
  | "read"
  | "write"
  | "sync"
  | "close"
  | "rename"
  | "remove"
  | "makeDirectory"
  | "makeTemporaryDirectory"
  | ScratchOperation;

/** Says how an operation fails. @public */
export interface DiskFault {
  /** The system's code; `EIO` by default. */
  readonly code?: string | undefined;
  /**
   * Whether the operation is done in part before it fails: half of the bytes are written, a file is renamed or removed although
   * the call fails. Closing always closes. False by default.
   */
  readonly isPartial?: boolean | undefined;
}

interface PlannedFault {
  readonly operations: ReadonlySet<DiskOperation> | undefined;
  /** How many matching calls still succeed. */
  numBefore: number;
  readonly fault: DiskFault;
}

/** Fails when told to; see {@link FaultyDisk.failAt}. @public */
export class FaultyDisk implements FileSystem {
  /** Temporary files, in memory. They fail by the same plan; `assertNothingLeft` looks at them too. */
  readonly scratch = new ScratchDisk((operation, path) => {
    const fault = this.#faultOf(operation);
    return fault && { error: failure(operation, path, fault), isPartial: fault.isPartial === true };
  });
  readonly #inner: FileSystem;
  readonly #counts = new Map<DiskOperation, number>();
  readonly #openHandles = new Set<{ readonly path: string }>();
  #planned: PlannedFault[] = [];
  #numFaults = 0;
  #maxReadBytes = Number.POSITIVE_INFINITY;

  /** @param inner - where the files are; an empty {@link MemoryFileSystem} by default */
  constructor(inner: FileSystem = new MemoryFileSystem()) {
    this.#inner = inner;
  }

  /** Plans that the n-th call from now, counted from 1, of one of `operations` (any, if none are given) fails. */
  failAt(n: number, operations?: readonly DiskOperation[], fault: DiskFault = {}): void {
    this.#planned.push({
      operations: operations === undefined ? undefined : new Set(operations),
      numBefore: n - 1,
      fault,
    });
  }

  /** Forgets all planned failures. */
  heal(): void {
    this.#planned = [];
  }

  /** Makes every read return at most `maxBytes`, as a system may. */
  limitReads(maxBytes: number): void {
    this.#maxReadBytes = maxBytes;
  }

  /** How many calls of `operation` there were. */
  numCalls(operation: DiskOperation): number {
    return this.#counts.get(operation) ?? 0;
  }

  /** How many planned failures happened. */
  get numFaults(): number {
    return this.#numFaults;
  }

  /** The paths of the files that are open, once for each handle. */
  get openPaths(): readonly string[] {
    return [...this.#openHandles].map((handle) => handle.path);
  }

  /** Throws INVARIANT_VIOLATED when a file is still open, or a temporary one is there. */
  assertNothingLeft(): void {
    this.scratch.assertNothingLeft();
    if (this.#openHandles.size === 0) return;
    throw new MillraceError({
      code: "INVARIANT_VIOLATED",
      what: `${this.#openHandles.size} files are still open: ${this.openPaths.join(", ")}`,
      expected: "every file closed by whoever opened it",
    });
  }

  resolve(path: string): string {
    return this.#inner.resolve(path);
  }

  async status(path: string): Promise<FileStatus | undefined> {
    this.#count("status", path);
    return this.#inner.status(path);
  }

  async list(path: string): Promise<readonly FileStatus[]> {
    this.#count("list", path);
    return this.#inner.list(path);
  }

  async openRead(path: string): Promise<ReadableFile> {
    this.#count("openRead", path);
    const file = await this.#inner.openRead(path);
    const handle = this.#opened(path);
    return {
      sizeBytes: file.sizeBytes,
      read: async (target, position) => {
        this.#count("read", path);
        return file.read(target.subarray(0, Math.min(target.length, this.#maxReadBytes)), position);
      },
      close: async () => {
        await file.close();
        this.#closed(handle);
      },
    };
  }

  async openWrite(path: string, options: { readonly exclusive: boolean }): Promise<WritableFile> {
    this.#count("openWrite", path);
    const file = await this.#inner.openWrite(path, options);
    const handle = this.#opened(path);
    return {
      write: async (bytes) => {
        const fault = this.#faultOf("write");
        if (fault === undefined) return file.write(bytes);
        if (fault.isPartial === true) await file.write(bytes.subarray(0, bytes.length >>> 1));
        throw failure("write", path, fault);
      },
      sync: async () => {
        this.#count("sync", path);
        await file.sync();
      },
      close: async () => {
        await file.close();
        this.#closed(handle);
      },
    };
  }

  async makeDirectory(path: string): Promise<void> {
    this.#count("makeDirectory", path);
    await this.#inner.makeDirectory(path);
  }

  async rename(from: string, to: string): Promise<void> {
    const fault = this.#faultOf("rename");
    if (fault === undefined || fault.isPartial === true) await this.#inner.rename(from, to);
    if (fault !== undefined) throw failure("rename", to, fault);
  }

  async remove(path: string): Promise<void> {
    const fault = this.#faultOf("remove");
    if (fault === undefined || fault.isPartial === true) await this.#inner.remove(path);
    if (fault !== undefined) throw failure("remove", path, fault);
  }

  async makeTemporaryDirectory(prefix: string): Promise<string> {
    this.#count("makeTemporaryDirectory", prefix);
    return this.#inner.makeTemporaryDirectory(prefix);
  }

  #opened(path: string): { readonly path: string } {
    const handle = { path };
    this.#openHandles.add(handle);
    return handle;
  }

  #closed(handle: { readonly path: string }): void {
    this.#openHandles.delete(handle);
    this.#count("close", handle.path);
  }

  #count(operation: DiskOperation, path: string): void {
    const fault = this.#faultOf(operation);
    if (fault !== undefined) throw failure(operation, path, fault);
  }

  /** Counts a call and returns the failure that was planned for it. */
  #faultOf(operation: DiskOperation): DiskFault | undefined {
    this.#counts.set(operation, this.numCalls(operation) + 1);
    let found: DiskFault | undefined;
    for (const planned of this.#planned) {
      if (planned.operations?.has(operation) === false) continue;
      if (planned.numBefore-- === 0) found = planned.fault;
    }
    if (found !== undefined) this.#numFaults++;
    return found;
  }
}

/** What {@link sweepFailures} did. @public */
export interface FailureSweep {
  /** How many single failures were tried. */
  readonly numFailures: number;
}

/** A run with more calls than this is no test. */
const MAX_SWEPT_CALLS = 100_000;

/**
 * Calls `run` again and again, each time with a fresh disk whose n-th call of one of `operations` fails, for n = 1, 2, … until a run in
 * which nothing failed. `run` checks what must hold after a failure; it should let no planned failure escape.
 * @public
 */
export async function sweepFailures(
  operations: readonly DiskOperation[] | undefined,
  fault: DiskFault,
  makeDisk: () => FaultyDisk | Promise<FaultyDisk>,
  run: (disk: FaultyDisk, n: number) => Promise<void>,
): Promise<FailureSweep> {
  for (let n = 1; n <= MAX_SWEPT_CALLS; n++) {
    const disk = await makeDisk();
    disk.failAt(n, operations, fault);
    await run(disk, n);
    if (disk.numFaults === 0) return { numFailures: n - 1 };
  }
  throw new MillraceError({
    code: "INVALID_ARGUMENT",
    what: `The run makes more than ${MAX_SWEPT_CALLS} calls`,
    expected: "a small run, so that every one of its calls can fail in turn",
  });
}

function failure(operation: DiskOperation, path: string, fault: DiskFault): MillraceError {
  const code = fault.code ?? "EIO";
  return new MillraceError({
    code: "FILE_SYSTEM_FAILED",
    what: `The system refused to ${operation} this: ${code}`,
    where: { file: path },
  });
}
