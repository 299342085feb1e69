import { MillraceError } from "../errors/index.js";
import type { FileStatus, FileSystem, ReadableFile, WritableFile } from "./file-system.js";

interface MemoryFile {
  readonly kind: "file";
  bytes: Uint8Array;
  sizeBytes: number;
  modifiedMs: number;
}

interface MemoryDirectory {
  readonly kind: "directory";
  modifiedMs: number;
}

/** Capacity of a file that gets its first bytes. */
const FIRST_CAPACITY_BYTES = 256;

/**
 * Keeps files in memory: for browsers, which have no file system of their own, and for tests. Paths are POSIX paths, relative
 * ones start at `/`. As on POSIX, an open file stays readable after it was renamed or removed.
 * @public
 */
export class MemoryFileSystem implements FileSystem {
  readonly #entries = new Map<string, MemoryFile | MemoryDirectory>([["/", { kind: "directory", modifiedMs: 0 }]]);
  /** Counts changes; it is the modification time, so that a later change has a later time without a clock. */
  #numChanges = 0;
  #numTemporary = 0;

  /** Creates a file system that holds `files`, text or bytes by path; their directories are made. */
  constructor(files: Readonly<Record<string, string | Uint8Array>> = {}) {
    for (const [path, content] of Object.entries(files)) this.put(path, content);
  }

  /** Puts a file there, with its directories, replacing what is there. */
  put(path: string, content: string | Uint8Array): void {
    const absolute = this.resolve(path);
    this.#makeDirectories(parentOf(absolute));
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content.slice();
    this.#entries.set(absolute, { kind: "file", bytes, sizeBytes: bytes.length, modifiedMs: ++this.#numChanges });
  }

  /** Returns a copy of a file's bytes, or undefined when there is no such file. */
  get(path: string): Uint8Array | undefined {
    const entry = this.#entries.get(this.resolve(path));
    return entry?.kind === "file" ? entry.bytes.slice(0, entry.sizeBytes) : undefined;
  }

  /** Returns a file as UTF-8 text, or undefined when there is no such file. */
  getText(path: string): string | undefined {
    const bytes = this.get(path);
    return bytes === undefined ? undefined : new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  }

  /** Returns the absolute paths of all files, sorted. */
  paths(): readonly string[] {
    return [...this.#entries].flatMap(([path, entry]) => (entry.kind === "file" ? [path] : [])).sort();
  }

  resolve(path: string): string {
    const plain = path.startsWith("file:") ? decodeURIComponent(path.replace(/^file:(\/\/[^/]*)?/, "")) : path;
    const parts: string[] = [];
    for (const part of plain.split("/")) {
      if (part === "..") parts.pop();
      else if (part !== "" && part !== ".") parts.push(part);
    }
    return `/${parts.join("/")}`;
  }

  async status(path: string): Promise<FileStatus | undefined> {
    const absolute = this.resolve(path);
    const entry = this.#entries.get(absolute);
    return entry === undefined ? undefined : statusOf(absolute, entry);
  }

  async list(path: string): Promise<readonly FileStatus[]> {
    const absolute = this.resolve(path);
    const entry = this.#existing(absolute, "list");
    if (entry.kind === "file") throw failed("ENOTDIR", absolute, "list");
    const names = [...this.#entries.keys()].filter((other) => other !== "/" && parentOf(other) === absolute).sort();
    return names.map((name) => statusOf(name, this.#entries.get(name)!));
  }

  async openRead(path: string): Promise<ReadableFile> {
    const absolute = this.resolve(path);
    const entry = this.#existing(absolute, "read");
    if (entry.kind === "directory") throw failed("EISDIR", absolute, "read");
    return new MemoryReadableFile(entry);
  }

  async openWrite(path: string, options: { readonly exclusive: boolean }): Promise<WritableFile> {
    const absolute = this.resolve(path);
    const there = this.#entries.get(absolute);
    if (there !== undefined && options.exclusive) throw exists(absolute);
    if (there?.kind === "directory") throw failed("EISDIR", absolute, "write");
    this.#requireParent(absolute, "write");
    const file: MemoryFile = there ?? { kind: "file", bytes: new Uint8Array(0), sizeBytes: 0, modifiedMs: 0 };
    file.sizeBytes = 0;
    file.modifiedMs = ++this.#numChanges;
    this.#entries.set(absolute, file);
    return new MemoryWritableFile(file, () => ++this.#numChanges);
  }

  async makeDirectory(path: string): Promise<void> {
    this.#makeDirectories(this.resolve(path));
  }

  async rename(from: string, to: string): Promise<void> {
    const source = this.resolve(from);
    const target = this.resolve(to);
    // The checks come in the order in which Linux makes them.
    this.#requireParent(source, "rename");
    this.#requireParent(target, "rename");
    const entry = this.#existing(source, "rename");
    if (source === target) return;
    if (target.startsWith(`${source}/`)) throw failed("EINVAL", target, "rename");
    if (source.startsWith(`${target}/`)) throw exists(target);
    const there = this.#entries.get(target);
    if (there?.kind === "directory") {
      if (entry.kind === "file") throw failed("EISDIR", target, "rename");
      if (this.#below(target).length > 0) throw exists(target);
    } else if (there !== undefined && entry.kind === "directory") {
      throw failed("ENOTDIR", target, "rename");
    }
    for (const path of [source, ...this.#below(source)]) {
      const moved = this.#entries.get(path)!;
      this.#entries.delete(path);
      this.#entries.set(target + path.slice(source.length), moved);
    }
  }

  async remove(path: string): Promise<void> {
    const absolute = this.resolve(path);
    for (const other of this.#below(absolute)) this.#entries.delete(other);
    if (absolute !== "/") this.#entries.delete(absolute);
  }

  async makeTemporaryDirectory(prefix: string): Promise<string> {
    const path = `/tmp/${prefix}${++this.#numTemporary}`;
    this.#makeDirectories(path);
    return path;
  }

  #existing(path: string, verb: string): MemoryFile | MemoryDirectory {
    const entry = this.#entries.get(path);
    if (entry !== undefined) return entry;
    this.#requireParent(path, verb);
    throw notFound(path);
  }

  /** Throws unless the path's directory is there; a file in its place is told from nothing, as POSIX does. */
  #requireParent(path: string, verb: string): void {
    for (let parent = parentOf(path); ; parent = parentOf(parent)) {
      const kind = this.#entries.get(parent)?.kind;
      if (kind === "file") throw failed("ENOTDIR", path, verb);
      if (kind === "directory") {
        if (parent === parentOf(path)) return;
        throw notFound(path);
      }
    }
  }

  #below(directory: string): readonly string[] {
    const prefix = directory === "/" ? "/" : `${directory}/`;
    return [...this.#entries.keys()].filter((path) => path !== "/" && path.startsWith(prefix));
  }

  #makeDirectories(path: string): void {
    const entry = this.#entries.get(path);
    if (entry?.kind === "directory") return;
    if (entry !== undefined) throw exists(path);
    if (this.#entries.get(parentOf(path))?.kind === "file") throw failed("ENOTDIR", path, "make the directory");
    this.#makeDirectories(parentOf(path));
    this.#entries.set(path, { kind: "directory", modifiedMs: ++this.#numChanges });
  }
}

class MemoryReadableFile implements ReadableFile {
  readonly sizeBytes: number;
  readonly #file: MemoryFile;

  constructor(file: MemoryFile) {
    this.#file = file;
    this.sizeBytes = file.sizeBytes;
  }

  async read(target: Uint8Array, position: number): Promise<number> {
    const file = this.#file;
    const length = Math.max(0, Math.min(target.length, file.sizeBytes - position));
    target.set(file.bytes.subarray(position, position + length));
    return length;
  }

  async close(): Promise<void> {}
}

class MemoryWritableFile implements WritableFile {
  readonly #file: MemoryFile;
  readonly #touch: () => number;

  constructor(file: MemoryFile, touch: () => number) {
    this.#file = file;
    this.#touch = touch;
  }

  async write(bytes: Uint8Array): Promise<void> {
    const file = this.#file;
    const size = file.sizeBytes + bytes.length;
    if (size > file.bytes.length) {
      const larger = new Uint8Array(Math.max(size, 2 * file.bytes.length, FIRST_CAPACITY_BYTES));
      larger.set(file.bytes.subarray(0, file.sizeBytes));
      file.bytes = larger;
    }
    file.bytes.set(bytes, file.sizeBytes);
    file.sizeBytes = size;
    file.modifiedMs = this.#touch();
  }

  async sync(): Promise<void> {}

  async close(): Promise<void> {}
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf("/")));
}

function statusOf(path: string, entry: MemoryFile | MemoryDirectory): FileStatus {
  const isDirectory = entry.kind === "directory";
  return { path, isDirectory, sizeBytes: isDirectory ? 0 : entry.sizeBytes, modifiedMs: entry.modifiedMs };
}

function notFound(path: string): MillraceError {
  return new MillraceError({
    code: "FILE_NOT_FOUND",
    what: "There is no such file or directory",
    where: { file: path },
  });
}

function exists(path: string): MillraceError {
  return new MillraceError({ code: "FILE_EXISTS", what: "There is already something here", where: { file: path } });
}

function failed(systemCode: string, path: string, verb: string): MillraceError {
  return new MillraceError({
    code: "FILE_SYSTEM_FAILED",
    what: `The file system refused to ${verb} this: ${systemCode}`,
    where: { file: path },
  });
}
