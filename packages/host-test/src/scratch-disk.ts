import { type HostScratch, MillraceError, type ScratchFile, type ScratchFolder } from "@millrace/core";

/** Names an operation on temporary files that can fail. @public */
export type ScratchOperation = "scratchFolder" | "scratchCreate" | "scratchWrite" | "scratchRead" | "scratchRemove";

/** Capacity of a file that gets its first bytes. */
const FIRST_CAPACITY_BYTES = 4096;

/** Says how a call fails, and whether half of it is done before. @internal */
export interface ScratchFault {
  /** What it throws. */
  readonly error: MillraceError;
  /** Whether half of the bytes are written first. */
  readonly isPartial: boolean;
}

interface StoredFile {
  bytes: Uint8Array;
  sizeBytes: number;
}

/**
 * Keeps temporary files in memory, for tests: calls fail when told to, at most so many bytes are read or written by one call, the
 * disk can be full, and what is stored can be looked at and damaged.
 * @public
 */
export class ScratchDisk implements HostScratch {
  readonly #faultOf: (operation: ScratchOperation, path: string) => ScratchFault | undefined;
  readonly #files = new Map<string, StoredFile>();
  readonly #folders = new Set<string>();
  readonly #open = new Set<string>();
  #numFolders = 0;
  #capacityBytes = Number.POSITIVE_INFINITY;
  #maxReadBytes = Number.POSITIVE_INFINITY;
  #maxWriteBytes = Number.POSITIVE_INFINITY;

  /** @internal */
  constructor(faultOf: (operation: ScratchOperation, path: string) => ScratchFault | undefined) {
    this.#faultOf = faultOf;
  }

  /** Makes the disk full at `bytes`: a write is done as far as there is room, and one without any room fails with ENOSPC. */
  limitCapacity(bytes: number): void {
    this.#capacityBytes = bytes;
  }

  /** Makes every read return at most `maxBytes`, as a system may. */
  limitReads(maxBytes: number): void {
    this.#maxReadBytes = maxBytes;
  }

  /** Makes every write take at most `maxBytes`, as a system may. */
  limitWrites(maxBytes: number): void {
    this.#maxWriteBytes = maxBytes;
  }

  /** The paths of the files that are there, in the order in which they were made. */
  get paths(): readonly string[] {
    return [...this.#files.keys()];
  }

  /** The paths of the folders that are there. */
  get folders(): readonly string[] {
    return [...this.#folders];
  }

  /** How many bytes all files have. */
  get sizeBytes(): number {
    let sum = 0;
    for (const file of this.#files.values()) sum += file.sizeBytes;
    return sum;
  }

  /** Returns the bytes of a file, which can be changed in place. */
  bytes(path: string): Uint8Array {
    const file = this.#existing(path);
    return file.bytes.subarray(0, file.sizeBytes);
  }

  /** Cuts a file. */
  truncate(path: string, sizeBytes: number): void {
    const file = this.#existing(path);
    file.sizeBytes = Math.min(file.sizeBytes, sizeBytes);
  }

  /** Throws INVARIANT_VIOLATED when a folder or a file is left, or open. */
  assertNothingLeft(): void {
    const left = [...this.#folders, ...this.#files.keys(), ...[...this.#open].map((path) => `${path} (open)`)];
    if (left.length === 0) return;
    throw new MillraceError({
      code: "INVARIANT_VIOLATED",
      what: `${left.length} temporary files and folders are left: ${left.join(", ")}`,
      expected: "every one removed by whoever made it",
    });
  }

  makeFolder(parent = "/tmp"): ScratchFolder {
    const path = `${parent}/scratch-${this.#numFolders++}`;
    const fault = this.#faultOf("scratchFolder", path);
    if (fault !== undefined) throw fault.error;
    this.#folders.add(path);
    return {
      path,
      createFile: (name) => this.#createFile(`${path}/${name}`),
      remove: () => {
        // A removal that fails leaves what is there to a later process, which is not looked at here.
        this.#faultOf("scratchRemove", path);
        this.#folders.delete(path);
        for (const file of this.paths) if (file.startsWith(`${path}/`)) this.#remove(file);
      },
    };
  }

  #createFile(path: string): ScratchFile {
    const fault = this.#faultOf("scratchCreate", path);
    if (fault !== undefined) throw fault.error;
    if (this.#files.has(path)) throw failed("EEXIST", "create", path);
    const file: StoredFile = { bytes: new Uint8Array(0), sizeBytes: 0 };
    this.#files.set(path, file);
    this.#open.add(path);
    return {
      path,
      write: (bytes, position) => this.#write(path, file, bytes, position),
      read: (target, position) => this.#read(path, file, target, position),
      remove: () => {
        if (!this.#open.has(path)) return;
        this.#faultOf("scratchRemove", path);
        this.#remove(path);
      },
    };
  }

  #write(path: string, file: StoredFile, bytes: Uint8Array, position: number): number {
    const fault = this.#faultOf("scratchWrite", path);
    if (fault !== undefined && !fault.isPartial) throw fault.error;
    if (!this.#open.has(path)) throw failed("EBADF", "write", path);
    const room = this.#capacityBytes - this.sizeBytes + Math.max(0, file.sizeBytes - position);
    const asked = fault === undefined ? bytes.length : bytes.length >>> 1;
    const length = Math.min(asked, room, this.#maxWriteBytes);
    if (length <= 0 && bytes.length > 0 && fault === undefined) throw failed("ENOSPC", "write", path);
    grow(file, position + length);
    file.bytes.set(bytes.subarray(0, length), position);
    if (fault !== undefined) throw fault.error;
    return length;
  }

  #read(path: string, file: StoredFile, target: Uint8Array, position: number): number {
    const fault = this.#faultOf("scratchRead", path);
    if (fault !== undefined) throw fault.error;
    if (!this.#open.has(path)) throw failed("EBADF", "read", path);
    const length = Math.max(0, Math.min(target.length, file.sizeBytes - position, this.#maxReadBytes));
    target.set(file.bytes.subarray(position, position + length));
    return length;
  }

  #remove(path: string): void {
    this.#open.delete(path);
    this.#files.delete(path);
  }

  #existing(path: string): StoredFile {
    const file = this.#files.get(path);
    if (file === undefined) throw failed("ENOENT", "open", path);
    return file;
  }
}

function grow(file: StoredFile, sizeBytes: number): void {
  if (sizeBytes > file.bytes.length) {
    const larger = new Uint8Array(Math.max(sizeBytes, 2 * file.bytes.length, FIRST_CAPACITY_BYTES));
    larger.set(file.bytes.subarray(0, file.sizeBytes));
    file.bytes = larger;
  }
  file.sizeBytes = Math.max(file.sizeBytes, sizeBytes);
}

function failed(systemCode: string, verb: string, path: string): MillraceError {
  return new MillraceError({
    code: "FILE_SYSTEM_FAILED",
    what: `The system refused to ${verb} this: ${systemCode}`,
    where: { file: path },
  });
}
