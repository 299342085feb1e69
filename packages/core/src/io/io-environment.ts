import { Configuration } from "../configuration/index.js";
import { MillraceError } from "../errors/index.js";
import type { Host } from "../host/index.js";
import type { FileSystem } from "./file-system.js";
import type { IoContext, SubtaskIoContext } from "./io-context.js";

/** What an {@link IoContext} is made of; all but the host has a default. @public */
export interface IoContextParts {
  /** The host of the process that reads and writes. */
  readonly host: Host;
  /** Never aborts by default. */
  readonly signal?: AbortSignal | undefined;
  /** Empty by default. */
  readonly parameters?: Configuration | undefined;
  /** File systems of connectors by their scheme without the colon, such as `s3`. */
  readonly fileSystems?: ReadonlyMap<string, FileSystem> | undefined;
}

/** A scheme has two letters at least, so that `C:\data` is a path. */
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]+):/;

/** Makes the context that an engine gives to sources and sinks as a whole. @public */
export function createIoContext(parts: IoContextParts): IoContext {
  const { host, fileSystems } = parts;
  return {
    host,
    signal: parts.signal ?? new AbortController().signal,
    parameters: parts.parameters ?? new Configuration(),
    fileSystemOf(path) {
      const scheme = SCHEME.exec(path)?.[1]?.toLowerCase() ?? "file";
      const system = fileSystems?.get(scheme) ?? (scheme === "file" ? host.files : undefined);
      if (system !== undefined) return system;
      throw new MillraceError({
        code: "UNSUPPORTED_BY_HOST",
        what: scheme === "file" ? `The host ${host.name} has no files` : `No file system is known for ${scheme}:`,
        where: { file: path },
        fix:
          scheme === "file"
            ? "Give the environment a host with a file system, such as a MemoryFileSystem."
            : "Register the file system of the connector that brings this scheme.",
      });
    },
  };
}

/** Makes the context of one subtask, by default the only one, from that of the whole. `count` is told of skipped records and the like. @public */
export function createSubtaskIoContext(
  context: IoContext,
  subtask: {
    readonly subtaskIndex?: number | undefined;
    readonly numParallelSubtasks?: number | undefined;
    readonly count?: ((name: string, increment: number) => void) | undefined;
  } = {},
): SubtaskIoContext {
  const { host, signal, parameters } = context;
  const { subtaskIndex = 0, numParallelSubtasks = 1, count = () => {} } = subtask;
  const fileSystemOf = (path: string): FileSystem => context.fileSystemOf(path);
  return { host, signal, parameters, fileSystemOf, subtaskIndex, numParallelSubtasks, count };
}
