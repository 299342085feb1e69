import { constants } from "node:fs";
import { type FileHandle, mkdir, mkdtemp, open, readdir, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type FileStatus, type FileSystem, MillraceError, type ReadableFile, type WritableFile } from "@millrace/core";
import { fileSystemError } from "./system-errors.js";

/** How many entries of a directory are asked about at once; more would wait in the system's pool of four threads. */
const STATUS_BATCH = 32;

/** Is the file system of the machine. @internal */
export class NodeFileSystem implements FileSystem {
  resolve(path: string): string {
    if (!/^file:/i.test(path)) return resolve(path);
    try {
      return fileURLToPath(path);
    } catch (cause) {
      throw new MillraceError({
        code: "INVALID_ARGUMENT",
        what: `${JSON.stringify(path)} is no URL of a local file`,
        expected: "a URL such as file:///data/input.csv",
        cause,
      });
    }
  }

  async status(path: string): Promise<FileStatus | undefined> {
    const absolute = this.resolve(path);
    try {
      return await statusOf(absolute);
    } catch (error) {
      // A path below a file names nothing either.
      if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
      throw fileSystemError("ask for the status of", absolute, error);
    }
  }

  async list(path: string): Promise<readonly FileStatus[]> {
    const absolute = this.resolve(path);
    try {
      const names = (await readdir(absolute)).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      const entries: FileStatus[] = [];
      for (let i = 0; i < names.length; i += STATUS_BATCH) {
        const batch = names.slice(i, i + STATUS_BATCH).map((name) => this.status(join(absolute, name)));
        // An entry that vanished since is no longer an entry, nor is a link that leads nowhere.
        for (const entry of await Promise.all(batch)) if (entry !== undefined) entries.push(entry);
      }
      return entries;
    } catch (error) {
      throw fileSystemError("list", absolute, error);
    }
  }

  async openRead(path: string): Promise<ReadableFile> {
    const absolute = this.resolve(path);
    let handle: FileHandle | undefined;
    try {
      handle = await open(absolute, constants.O_RDONLY);
      const status = await handle.stat();
      if (status.isDirectory()) throw Object.assign(new Error("it is a directory"), { code: "EISDIR" });
      return new NodeReadableFile(absolute, handle, status.size);
    } catch (error) {
      await handle?.close();
      throw fileSystemError("open", absolute, error);
    }
  }

  async openWrite(path: string, options: { readonly exclusive: boolean }): Promise<WritableFile> {
    const absolute = this.resolve(path);
    try {
      return new NodeWritableFile(absolute, await open(absolute, options.exclusive ? "wx" : "w"));
    } catch (error) {
      throw fileSystemError("create", absolute, error);
    }
  }

  async makeDirectory(path: string): Promise<void> {
    const absolute = this.resolve(path);
    try {
      await makeDirectories(absolute);
    } catch (error) {
      throw fileSystemError("make the directory", absolute, error);
    }
  }

  async rename(from: string, to: string): Promise<void> {
    const target = this.resolve(to);
    const source = this.resolve(from);
    try {
      await rename(source, target);
    } catch (error) {
      throw fileSystemError(`rename ${source} to`, target, error);
    }
  }

  async remove(path: string): Promise<void> {
    const absolute = this.resolve(path);
    try {
      await rm(absolute, { recursive: true, force: true });
    } catch (error) {
      // Below a file there is nothing, and removing nothing is fine.
      if (codeOf(error) === "ENOTDIR") return;
      throw fileSystemError("remove", absolute, error);
    }
  }

  async makeTemporaryDirectory(prefix: string): Promise<string> {
    const pattern = join(tmpdir(), prefix);
    try {
      return await mkdtemp(pattern);
    } catch (error) {
      throw fileSystemError("make a temporary directory", pattern, error);
    }
  }
}

/**
 * Makes a directory and those above it that are missing. The `recursive` of Node.js goes on for ever where the system says that there is no such directory though the one
 * above is there, as it does in /proc.
 */
async function makeDirectories(path: string): Promise<void> {
  const missing: string[] = [];
  for (let at = path; !(await makeOneDirectory(at)); at = dirname(at)) missing.push(at);
  for (const at of missing.reverse()) {
    if (await makeOneDirectory(at)) continue;
    throw new MillraceError({
      code: "FILE_SYSTEM_FAILED",
      what: "The system refused to make the directory this: ENOENT, though the one above is there",
      where: { file: at },
      fix: "This file system has no files of programs, as /proc has none: write elsewhere.",
    });
  }
}

/** Makes a directory, unless it is there; false when the one above is missing. */
async function makeOneDirectory(path: string): Promise<boolean> {
  try {
    await mkdir(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT" && dirname(path) !== path) return false;
    // Of the root, or on a disk that is read-only, the system need not say that it is there.
    const isThere = await stat(path).then(
      (status) => status.isDirectory(),
      () => false,
    );
    if (!isThere) throw error;
  }
  return true;
}

class NodeReadableFile implements ReadableFile {
  readonly sizeBytes: number;
  readonly #path: string;
  readonly #handle: FileHandle;

  constructor(path: string, handle: FileHandle, sizeBytes: number) {
    this.#path = path;
    this.#handle = handle;
    this.sizeBytes = sizeBytes;
  }

  async read(target: Uint8Array, position: number): Promise<number> {
    if (target.length === 0) return 0;
    try {
      return (await this.#handle.read(target, 0, target.length, position)).bytesRead;
    } catch (error) {
      throw fileSystemError("read", this.#path, error);
    }
  }

  close(): Promise<void> {
    return closeHandle(this.#handle, this.#path);
  }
}

class NodeWritableFile implements WritableFile {
  readonly #path: string;
  readonly #handle: FileHandle;

  constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let written = 0; written < bytes.length; ) {
        const { bytesWritten } = await this.#handle.write(bytes, written, bytes.length - written);
        if (bytesWritten === 0) throw Object.assign(new Error("nothing was written"), { code: "EIO" });
        written += bytesWritten;
      }
    } catch (error) {
      throw fileSystemError("write", this.#path, error);
    }
  }

  async sync(): Promise<void> {
    try {
      await this.#handle.sync();
    } catch (error) {
      throw fileSystemError("sync", this.#path, error);
    }
  }

  close(): Promise<void> {
    return closeHandle(this.#handle, this.#path);
  }
}

async function closeHandle(handle: FileHandle, path: string): Promise<void> {
  try {
    await handle.close();
  } catch (error) {
    throw fileSystemError("close", path, error);
  }
}

async function statusOf(path: string): Promise<FileStatus> {
  const status = await stat(path);
  const isDirectory = status.isDirectory();
  return { path, isDirectory, sizeBytes: isDirectory ? 0 : status.size, modifiedMs: status.mtimeMs };
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
