/**
 * Keeps temporary files that are written and read back by the process that made them, and by nobody else. All calls are
 * synchronous: spilling also happens inside of calls of user functions, which cannot be suspended. What goes wrong is a MillraceError
 * FILE_SYSTEM_FAILED with the system's code.
 * @public
 */
export interface HostScratch {
  /**
   * Makes a place for files of this process in `parent`, which has to exist; in the system's folder for temporary files when left out. The
   * first call for a parent also removes what processes that are gone may have left in it.
   */
  makeFolder(parent?: string): ScratchFolder;
}

/** Is a place for temporary files that one process owns. They are gone with the process, however it ends, where the system allows it. @public */
export interface ScratchFolder {
  /** The path of the folder that they lie in, for messages. */
  readonly path: string;
  /** Creates an empty file, open for writing and reading. The name, a part of the file's, has letters, digits, dots and dashes, and is new. */
  createFile(name: string): ScratchFile;
  /** Removes all its files, also open ones; a no-op when they are gone. Never throws: what is left, a later process removes. */
  remove(): void;
}

/** Is an open temporary file. @public */
export interface ScratchFile {
  /** Its path, for messages: that by which it was made, and has none any more where it could be taken away. */
  readonly path: string;
  /** Writes bytes from `position` on, at least one of them, and returns how many: fewer than given, as the system may. */
  write(bytes: Uint8Array, position: number): number;
  /** Reads bytes from `position` on into `target` and returns how many; 0 behind the end. */
  read(target: Uint8Array, position: number): number;
  /** Closes and removes it; a no-op when it is gone. Never throws. */
  remove(): void;
}
