/**
 * The place of a file output: a path that shows nothing, or the old output, until a job succeeded, and then the new one.
 *
 *   prepare   checks that the path may be written, makes missing parents, and picks a hidden name beside it:
 *             .out.csv.1f2e3d4c.tmp, a file or a directory
 *   commit    renames it to the path. Without overwriting the path is claimed first, by creating it exclusively, so that of two
 *             jobs that race one wins and the other fails. A directory in the way is renamed aside first and removed after.
 *   discard   removes the hidden name and the parents that were made for it
 *
 * Beside it, not in a temporary directory, because a rename works within one file system only.
 */
import { MillraceError } from "../errors/index.js";
import { compressionEnding } from "./compression.js";
import { fileName } from "./delimited-source.js";
import type { FileStatus, FileSystem } from "./file-system.js";
import type { IoContext } from "./io-context.js";
import type { WriteMode } from "./sink.js";

/** Is where one output of one job is written. @internal */
export class FileTarget {
  /** The absolute path of the output. */
  readonly path: string;
  /** The hidden file or directory that is written. */
  readonly hiddenPath: string;
  readonly isDirectory: boolean;
  readonly #files: FileSystem;
  readonly #mode: WriteMode;
  /** Parents that did not exist, outermost first. */
  readonly #madeParents: readonly string[];

  private constructor(
    files: FileSystem,
    path: string,
    hiddenPath: string,
    isDirectory: boolean,
    mode: WriteMode,
    madeParents: readonly string[],
  ) {
    this.#files = files;
    this.path = path;
    this.hiddenPath = hiddenPath;
    this.isDirectory = isDirectory;
    this.#mode = mode;
    this.#madeParents = madeParents;
  }

  /** Prepares an output at `path`. Throws FILE_EXISTS when something is there that may not be overwritten. */
  static async prepare(context: IoContext, path: string, isDirectory: boolean, mode: WriteMode): Promise<FileTarget> {
    const files = context.fileSystemOf(path);
    const absolute = files.resolve(path);
    if (mode === "no-overwrite" && (await files.status(absolute)) !== undefined) throw outputExists(absolute);
    const missing = await missingParents(files, absolute);
    try {
      if (missing.length > 0) await files.makeDirectory(missing.at(-1)!);
      const id = context.host.random.seed().toString(16).padStart(8, "0");
      const hiddenPath = files.resolve(`${parentOf(absolute)}/.${fileName(absolute)}.${id}.tmp`);
      if ((await files.status(hiddenPath)) !== undefined) throw outputExists(hiddenPath);
      if (isDirectory) await files.makeDirectory(hiddenPath);
      return new FileTarget(files, absolute, hiddenPath, isDirectory, mode, missing);
    } catch (error) {
      await removeEmpty(files, missing);
      throw error;
    }
  }

  /** Returns the path that the writer of a subtask creates: the hidden file, or `1`, `2`, … in the hidden directory. */
  pathOf(subtaskIndex: number): string {
    if (!this.isDirectory) return this.hiddenPath;
    return `${this.hiddenPath}/${subtaskIndex + 1}${compressionEnding(this.path)}`;
  }

  /** Makes the output visible. */
  async commit(): Promise<void> {
    if (this.#mode === "overwrite") await this.#replace();
    else if (this.isDirectory) await this.#claimByRename();
    else await this.#claimAndRename();
  }

  /** Removes what was written, and the parents that were made for it. */
  async discard(): Promise<void> {
    await removeTwice(this.#files, this.hiddenPath);
    await removeEmpty(this.#files, this.#madeParents);
  }

  async #claimAndRename(): Promise<void> {
    const claim = await this.#files.openWrite(this.path, { exclusive: true }).catch((error) => {
      throw error instanceof MillraceError && error.code === "FILE_EXISTS" ? outputExists(this.path) : error;
    });
    try {
      await claim.close();
      await this.#files.rename(this.hiddenPath, this.path);
    } catch (error) {
      await removeTwice(this.#files, this.path);
      throw error;
    }
  }

  async #claimByRename(): Promise<void> {
    if ((await this.#files.status(this.path)) !== undefined) throw outputExists(this.path);
    await this.#files.rename(this.hiddenPath, this.path);
  }

  async #replace(): Promise<void> {
    const files = this.#files;
    const old = await files.status(this.path);
    if (old === undefined || (!old.isDirectory && !this.isDirectory)) {
      await files.rename(this.hiddenPath, this.path);
      return;
    }
    const aside = this.hiddenPath.replace(/\.tmp$/, ".old");
    await files.rename(this.path, aside);
    try {
      await files.rename(this.hiddenPath, this.path);
    } catch (error) {
      await files.rename(aside, this.path);
      throw error;
    }
    await removeTwice(files, aside);
  }
}

async function missingParents(files: FileSystem, path: string): Promise<readonly string[]> {
  const missing: string[] = [];
  for (let parent = parentOf(path); ; parent = parentOf(parent)) {
    const status: FileStatus | undefined = await files.status(parent);
    if (status !== undefined || parentOf(parent) === parent) return missing;
    missing.unshift(parent);
  }
}

/** Removes directories, innermost first, as long as they are empty: another job may have begun to use them. */
async function removeEmpty(files: FileSystem, directories: readonly string[]): Promise<void> {
  for (const directory of directories.toReversed()) {
    if ((await files.status(directory)) === undefined) continue;
    if ((await files.list(directory)).length > 0) return;
    await removeTwice(files, directory);
  }
}

/** Removes with one more try: what is left behind by a hiccup would stay for ever, and a second failure is no hiccup. */
async function removeTwice(files: FileSystem, path: string): Promise<void> {
  try {
    await files.remove(path);
  } catch {
    await files.remove(path);
  }
}

function parentOf(path: string): string {
  const cut = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  const parent = path.slice(0, cut);
  return parent === "" || /^[A-Za-z]:$/.test(parent) ? path.slice(0, cut + 1) : parent;
}

function outputExists(path: string): MillraceError {
  return new MillraceError({
    code: "FILE_EXISTS",
    what: "The output exists already",
    expected: "a path where nothing is",
    where: { file: path },
    fix: 'Remove it, write elsewhere, or set writeMode to "overwrite".',
  });
}
