/**
 * Temporary files that are gone with their process, however it ends: a file is unlinked as soon as it is open, and lives on without a name until it is
 * closed. The system closes it when the process ends, be it by a signal, a kill or a crash, and takes its space back. So nobody
 * has to listen for signals, which would change what they do.
 *
 * Where the system refuses to unlink an open file (some network and virtual file systems), it keeps its name until it is removed: by its
 * owner, at the end of the process if that comes in order, or by the next process that makes temporary files in the same place. For that
 * the name tells the owner:
 *
 *     millrace-<machine>-<pid>-<start>-<number>-<name>
 *
 * `machine` stands for the host name and the namespace of process ids: only ids of the same one mean something here. `start` stands for
 * the boot and the moment in which the process started, where the system tells it (Linux): ids are used again. A file is left
 * over when no process with that id runs, or one that started at another moment. Files of other machines, on a disk that is shared, are left alone.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  rmSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { HostScratch, ScratchFile, ScratchFolder } from "@millrace/core";
import { fileSystemError } from "./system-errors.js";

/** Names of files, and of the folders that they lay in before. */
const OWNED_NAME = /^millrace-([0-9a-f]{8})-(\d+)-([0-9a-f]{8})-\d+(-[\w.-]+)?$/;
/** The field of /proc/<pid>/stat that holds the moment of the start, counted from the one behind the program's name. */
const STAT_START_FIELD = 19;
/** How many names are tried; each may be taken by another thread for a moment, or by a file that could not be unlinked. */
const MAX_NAMES = 100_000;

/** Makes temporary files on the disks of the machine. @internal */
export class NodeScratch implements HostScratch {
  readonly #swept = new Set<string>();

  makeFolder(parent: string = tmpdir()): ScratchFolder {
    const absolute = resolve(parent);
    requireDirectory(absolute);
    if (!this.#swept.has(absolute)) {
      this.#swept.add(absolute);
      sweep(absolute);
    }
    return new NodeScratchFolder(absolute);
  }
}

class NodeScratchFolder implements ScratchFolder {
  readonly path: string;
  readonly #files = new Set<NodeScratchFile>();

  constructor(path: string) {
    this.path = path;
  }

  createFile(name: string): ScratchFile {
    const file = new NodeScratchFile(openNew(this.path, name), () => this.#files.delete(file));
    this.#files.add(file);
    return file;
  }

  remove(): void {
    for (const file of [...this.#files]) file.remove();
  }
}

/** The files of this thread that could not be unlinked, which are removed at its end; somebody listens for that while there are any. */
const namedFiles = new Set<NodeScratchFile>();

function removeNamedFiles(): void {
  for (const file of [...namedFiles]) file.remove();
}

class NodeScratchFile implements ScratchFile {
  readonly path: string;
  #descriptor: number | undefined;
  readonly #onRemove: () => void;

  constructor({ path, descriptor }: OpenFile, onRemove: () => void) {
    this.path = path;
    this.#descriptor = descriptor;
    this.#onRemove = onRemove;
    if (!unlinked(path)) {
      if (namedFiles.size === 0) process.on("exit", removeNamedFiles);
      namedFiles.add(this);
    }
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
    if (!namedFiles.delete(this)) return;
    unlinked(this.path);
    if (namedFiles.size === 0) process.off("exit", removeNamedFiles);
  }

  #open(): number {
    if (this.#descriptor !== undefined) return this.#descriptor;
    throw Object.assign(new Error("the file was removed"), { code: "EBADF" });
  }
}

interface OpenFile {
  readonly path: string;
  readonly descriptor: number;
}

/** How many files this thread has made. Another thread of the process may take the same names, each for a moment. */
let numFiles = 0;

/** Opens a file that is new, and that nobody else may look into. */
function openNew(parent: string, name: string): OpenFile {
  const owner = `millrace-${machineMark()}-${process.pid}-${startMark(process.pid) ?? UNKNOWN_START}`;
  for (let attempt = 1; ; attempt++) {
    const path = join(parent, `${owner}-${numFiles++}-${name}`);
    try {
      return { path, descriptor: openSync(path, "wx+", 0o600) };
    } catch (error) {
      const isTaken = error instanceof Error && "code" in error && error.code === "EEXIST";
      if (!isTaken || attempt === MAX_NAMES) throw fileSystemError("create", path, error);
    }
  }
}

/** Takes the name of a file away; false when the system refuses that. */
function unlinked(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch {
    return false;
  }
}

function requireDirectory(path: string): void {
  try {
    if (!statSync(path).isDirectory()) throw Object.assign(new Error("not a directory"), { code: "ENOTDIR" });
  } catch (error) {
    throw fileSystemError("make temporary files in", path, error);
  }
}

/** Removes what is left of owners that are gone. What cannot be removed, or not even be listed, is left for another time. */
function sweep(parent: string): void {
  ignoreErrors(() => {
    for (const name of readdirSync(parent)) {
      const [, machine, pid, start] = OWNED_NAME.exec(name) ?? [];
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
