import {
  bareHost,
  Configuration,
  createIoContext,
  createSubtaskIoContext,
  MemoryFileSystem,
  type ParameterValue,
  type SubtaskIoContext,
} from "../../src/index.js";

/** Makes a context over files in memory. */
export function contextOf(
  files: Readonly<Record<string, string | Uint8Array>> | MemoryFileSystem,
  options: { readonly parameters?: Record<string, ParameterValue>; readonly signal?: AbortSignal } = {},
): SubtaskIoContext {
  const memory = files instanceof MemoryFileSystem ? files : new MemoryFileSystem(files);
  const context = createIoContext({
    host: bareHost({ files: memory }),
    signal: options.signal,
    parameters: new Configuration(options.parameters),
  });
  return createSubtaskIoContext(context, { subtaskIndex: 0, numParallelSubtasks: 1, count: () => {} });
}
