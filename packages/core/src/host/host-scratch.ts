/**
 * Keeps temporary files that are written and read back by the process that made them, and by nobody else. All calls are
 * synchronous: spilling also happens inside of calls of user functions, which cannot be suspended. What goes wrong is a MillraceError
 * FILE_SYSTEM_FAILED with the system's code.
 * @public
 */
export interface HostScratch {
  /**
   * Makes a folder of this process in `parent`, which has to exist; in the system's folder for temporary files when left out. The first call
   * for a parent also removes what processes that are gone have left in it.
   */
  makeFolder(parent?: string): ScratchFolder;
}

/** Is a folder of temporary files that one process owns. When the process ends in order, it is removed in any case. @public */
export interface ScratchFolder {
  /** Its path, for messages. */
  readonly path: string;
  /** Creates an empty file, open for writing and reading. The name has letters, digits, dots and dashes, and is new. */
  createFile(name: string): ScratchFile;
  /** Removes the folder with all its files, also open ones; a no-op when it is gone. Never throws: what is left, a later process removes. */
  remove(): void;
}

/** Is an open temporary file. @public */
export interface ScratchFile {
  /** Its path, for messages. */
  readonly path: string;
  /** Writes bytes from `position` on, at least one of them, and returns how many: fewer than given, as the system may. */
  write(bytes: Uint8Array, position: number): number;
  /** Reads bytes from `position` on into `target` and returns how many; 0 behind the end. */
  read(target: Uint8Array, position: number): number;
  /** Closes and removes it; a no-op when it is gone. Never throws: what is left goes with the folder. */
  remove(): void;
}
