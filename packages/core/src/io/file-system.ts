/** What a path names. @public */
export interface FileStatus {
  /** The absolute path. */
  readonly path: string;
  /** Whether it is a directory. */
  readonly isDirectory: boolean;
  /** Length in bytes; 0 for a directory. */
  readonly sizeBytes: number;
  /** Modification time in milliseconds since the epoch. */
  readonly modifiedMs: number;
}

/**
 * Is a file system: the host's own, or one that a connector brings for its scheme (`hdfs:`, `s3:`).
 * Errors are MillraceErrors: FILE_NOT_FOUND, FILE_EXISTS, FILE_SYSTEM_FAILED (with the system's own code and the path).
 * @public
 */
export interface FileSystem {
  /** Makes `path` absolute and normal. The host's own file system accepts `file:` URLs. */
  resolve(path: string): string;
  /** Returns the status of `path`, or undefined when nothing is there. */
  status(path: string): Promise<FileStatus | undefined>;
  /** Lists the entries of a directory, sorted by name in code-unit order. */
  list(path: string): Promise<readonly FileStatus[]>;
  /** Opens a file for reading at any position. The caller closes it. */
  openRead(path: string): Promise<ReadableFile>;
  /** Creates a file; `exclusive` fails with FILE_EXISTS when it is there, else it is truncated. The caller closes it. */
  openWrite(path: string, options: { readonly exclusive: boolean }): Promise<WritableFile>;
  /** Makes a directory and its parents; a no-op when it is there. */
  makeDirectory(path: string): Promise<void>;
  /** Renames a file or directory; an existing file at `to` is replaced in one step. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file, or a directory with all it holds; a no-op when nothing is there. */
  remove(path: string): Promise<void>;
  /** Makes a fresh empty directory for temporary files and returns its path. The caller removes it. */
  makeTemporaryDirectory(prefix: string): Promise<string>;
}

/** Is a file open for reading. @public */
export interface ReadableFile {
  /** The length in bytes when it was opened. */
  readonly sizeBytes: number;
  /** Reads up to `target.length` bytes from `position` and returns how many were read; 0 only at the end of the file. */
  read(target: Uint8Array, position: number): Promise<number>;
  /** Closes the file; a no-op when closed. */
  close(): Promise<void>;
}

/** Is a file open for writing, from its start to its end. @public */
export interface WritableFile {
  /** Appends all of `bytes`; a short write is completed or reported, never swallowed. */
  write(bytes: Uint8Array): Promise<void>;
  /** Forces what was written to the disk. */
  sync(): Promise<void>;
  /** Closes the file without forcing it to the disk; a no-op when closed. */
  close(): Promise<void>;
}
