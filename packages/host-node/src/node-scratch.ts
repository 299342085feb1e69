/**
 * Temporary files in folders that name their owner, so that a later process can tell which are left over:
 *
 *     millrace-<machine>-<pid>-<start>-<number>
 *
 * `machine` stands for the host name and the namespace of process ids: only ids of the same one mean something here. `start` stands for
 * the boot and the moment in which the process started, where the system tells it (Linux): ids are used again. A folder is left
 * over when no process with that id runs, or one that started at another moment. Folders of other machines, on a disk that is shared, are left alone.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  rmSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { HostScratch, ScratchFile, ScratchFolder } from "@millrace/core";
import { fileSystemError } from "./system-errors.js";

const FOLDER_NAME = /^millrace-([0-9a-f]{8})-(\d+)-([0-9a-f]{8})-\d+$/;
/** The field of /proc/<pid>/stat that holds the moment of the start, counted from the one behind the program's name. */
const STAT_START_FIELD = 19;
/** A process has at most this many folders in one parent; names beyond it are taken by folders that can't be removed. */
const MAX_FOLDERS = 100_000;

/** Makes temporary files on the disks of the machine. @internal */
export class NodeScratch implements HostScratch {
  readonly #swept = new Set<string>();

  makeFolder(parent: string = tmpdir()): ScratchFolder {
    const absolute = resolve(parent);
    if (!this.#swept.has(absolute)) {
      this.#swept.add(absolute);
      sweep(absolute);
    }
    return new NodeScratchFolder(makeOwnDirectory(absolute));
  }
}

/** The folders of this thread, which are removed at its end; somebody listens for that while there are any. */
const folders = new Set<NodeScratchFolder>();

function removeFolders(): void {
  for (const folder of [...folders]) folder.remove();
}

class NodeScratchFolder implements ScratchFolder {
  readonly path: string;
  readonly #files = new Set<NodeScratchFile>();

  constructor(path: string) {
    this.path = path;
    if (folders.size === 0) process.on("exit", removeFolders);
    folders.add(this);
  }

  createFile(name: string): ScratchFile {
    const path = join(this.path, name);
    try {
      const file = new NodeScratchFile(path, openSync(path, "wx+", 0o600), () => this.#files.delete(file));
      this.#files.add(file);
      return file;
    } catch (error) {
      throw fileSystemError("create", path, error);
    }
  }

  remove(): void {
    for (const file of [...this.#files]) file.remove();
    removeTree(this.path);
    folders.delete(this);
    if (folders.size === 0) process.off("exit", removeFolders);
  }
}

class NodeScratchFile implements ScratchFile {
  readonly path: string;
  #descriptor: number | undefined;
  readonly #onRemove: () => void;

  constructor(path: string, descriptor: number, onRemove: () => void) {
    this.path = path;
    this.#descriptor = descriptor;
    this.#onRemove = onRemove;
  }

  write(bytes: Uint8Array, position: number): number {
    try {
      const written = writeSync(this.#open(), bytes, 0, bytes.length, position);
      if (written === 0 && bytes.length > 0) throw Object.assign(new Error("nothing was written"), { code: "EIO" });
      return written;
    } catch (error) {
      throw fileSystemError("write", this.path, error);
    }
  }

  read(target: Uint8Array, position: number): number {
    try {
      return readSync(this.#open(), target, 0, target.length, position);
    } catch (error) {
      throw fileSystemError("read", this.path, error);
    }
  }

  remove(): void {
    const descriptor = this.#descriptor;
    if (descriptor === undefined) return;
    this.#descriptor = undefined;
    this.#onRemove();
    ignoreErrors(() => closeSync(descriptor));
    ignoreErrors(() => unlinkSync(this.path));
  }

  #open(): number {
    if (this.#descriptor !== undefined) return this.#descriptor;
    throw Object.assign(new Error("the file was removed"), { code: "EBADF" });
  }
}

function makeOwnDirectory(parent: string): string {
  const owner = `millrace-${machineMark()}-${process.pid}-${startMark(process.pid) ?? UNKNOWN_START}`;
  for (let number = 0; ; number++) {
    const path = join(parent, `${owner}-${number}`);
    try {
      // Not recursive: it has to be new, and nobody else may look into it.
      mkdirSync(path, { mode: 0o700 });
      return path;
    } catch (error) {
      const isTaken = error instanceof Error && "code" in error && error.code === "EEXIST";
      if (!isTaken || number >= MAX_FOLDERS) throw fileSystemError("make the directory", path, error);
    }
  }
}

/** Removes the folders whose owners are gone. What cannot be removed, or not even be listed, is left for another time. */
function sweep(parent: string): void {
  ignoreErrors(() => {
    for (const name of readdirSync(parent)) {
      const [, machine, pid, start] = FOLDER_NAME.exec(name) ?? [];
      if (machine === machineMark() && !isOwnerAlive(Number(pid), start!)) removeTree(join(parent, name));
    }
  });
}

function isOwnerAlive(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // A process of another user may not be signalled, and is there.
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  const running = startMark(pid);
  return start === UNKNOWN_START || running === undefined || running === start;
}

const UNKNOWN_START = "00000000";

/** Returns what tells the process from earlier and later ones with its id; undefined where the system does not say. */
function startMark(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8");
    // The name of the program stands in parentheses and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return mark(`${boot} ${fields[STAT_START_FIELD]}`);
  } catch {
    return undefined;
  }
}

let machine: string | undefined;

function machineMark(): string {
  if (machine === undefined) {
    let namespace = "";
    ignoreErrors(() => {
      namespace = readlinkSync("/proc/self/ns/pid");
    });
    machine = mark(`${hostname()} ${namespace}`);
  }
  return machine;
}

function mark(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

function removeTree(path: string): void {
  ignoreErrors(() => rmSync(path, { recursive: true, force: true }));
}

function ignoreErrors(action: () => void): void {
  try {
    action();
  } catch {
    // Whoever calls this is cleaning up, and has nothing better to do about it.
  }
}
