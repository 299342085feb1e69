import { MillraceError } from "../errors/index.js";
import type { CompressionName } from "../host/index.js";
import { compressionOf } from "./compression.js";
import type { FileStatus, FileSystem } from "./file-system.js";
import type { IoContext } from "./io-context.js";

/** How deep directories are followed when asked to: a bound against file systems that contain themselves. */
const MAX_DIRECTORY_DEPTH = 256;

/** Names the parameter that turns on the reading of nested directories for one source (`withParameters`). */
const RECURSIVE_PARAMETER = "recursive.file.enumeration";

/** Is one file that a source will read. Plain data. @public */
export interface InputFile {
  /** The absolute path. */
  readonly path: string;
  /** The length as it lies on disk, compressed or not. */
  readonly sizeBytes: number;
  /** Modification time in milliseconds since the epoch. */
  readonly modifiedMs: number;
  /** How it is compressed, by its ending; absent for a plain file. */
  readonly compression?: CompressionName;
}

/**
 * Finds the files that `paths` name, in the order of the paths and, inside directories, of the names. A path that names a file
 * stands for itself whatever its name. In a directory, entries that begin with `_` or `.` are left out, and nested
 * directories are, unless `recursive` or the parameter `recursive.file.enumeration` is true.
 * Throws FILE_NOT_FOUND for a path that names nothing.
 * @public
 */
export async function enumerateFiles(
  paths: readonly string[],
  context: IoContext,
  options: { readonly recursive?: boolean | undefined } = {},
): Promise<readonly InputFile[]> {
  const isRecursive = options.recursive ?? context.parameters.getBoolean(RECURSIVE_PARAMETER, false);
  const files: InputFile[] = [];
  for (const path of paths) {
    const system = context.fileSystemOf(path);
    const status = await system.status(path);
    if (status === undefined) throw missing(system.resolve(path));
    if (status.isDirectory) await enumerateDirectory(system, status.path, isRecursive, files, 1);
    else files.push(inputFile(status));
  }
  return files;
}

async function enumerateDirectory(
  system: FileSystem,
  path: string,
  isRecursive: boolean,
  files: InputFile[],
  depth: number,
): Promise<void> {
  if (depth > MAX_DIRECTORY_DEPTH) {
    throw new MillraceError({
      code: "FILE_SYSTEM_FAILED",
      what: `Directories are nested more than ${MAX_DIRECTORY_DEPTH} deep`,
      where: { file: path },
      fix: "Look for a directory that contains a link to one of its parents.",
    });
  }
  for (const entry of await system.list(path)) {
    const name = entry.path.slice(Math.max(entry.path.lastIndexOf("/"), entry.path.lastIndexOf("\\")) + 1);
    if (name.startsWith("_") || name.startsWith(".")) continue;
    if (!entry.isDirectory) files.push(inputFile(entry));
    else if (isRecursive) await enumerateDirectory(system, entry.path, isRecursive, files, depth + 1);
  }
}

function inputFile(status: FileStatus): InputFile {
  const compression = compressionOf(status.path);
  return {
    path: status.path,
    sizeBytes: status.sizeBytes,
    modifiedMs: status.modifiedMs,
    ...(compression === undefined ? {} : { compression }),
  };
}

function missing(path: string): MillraceError {
  return new MillraceError({
    code: "FILE_NOT_FOUND",
    what: "There is no such file or directory",
    expected: "a file, or a directory of files",
    where: { file: path },
    fix: /[*?]/.test(path)
      ? "Patterns are not expanded: give a directory, or an array of paths."
      : "Check the path; a relative one starts at the directory that the process was started in.",
  });
}
