import { MillraceError } from "@millrace/core";

/** What to do about the codes that users can do something about. */
const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: "The disk is full: free some space, or write elsewhere.",
  EDQUOT: "The quota of the user is used up: free some space, or write elsewhere.",
  EACCES: "The process may not do that: check owner and permissions.",
  EPERM: "The process may not do that: check owner and permissions.",
  EROFS: "The file system is read-only: write elsewhere.",
  EMFILE: "The process has too many open files: raise the limit (ulimit -n).",
  ENFILE: "The system has too many open files.",
  EISDIR: "It is a directory; a file is needed here.",
  ENOTDIR: "A part of the path is a file where a directory is needed.",
  EXDEV: "The two places are on different file systems.",
};

/**
 * Turns an error of the system into ours: FILE_NOT_FOUND, FILE_EXISTS, or FILE_SYSTEM_FAILED with the system's code.
 * @internal
 */
export function fileSystemError(verb: string, path: string, error: unknown): MillraceError {
  if (error instanceof MillraceError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "an unknown error";
  const where = { file: path };
  switch (code) {
    case "ENOENT":
      return new MillraceError({
        code: "FILE_NOT_FOUND",
        what: "There is no such file or directory",
        where,
        fix: "Check the path; a relative one starts at the directory that the process was started in.",
        cause: error,
      });
    case "EEXIST":
    case "ENOTEMPTY":
      return new MillraceError({ code: "FILE_EXISTS", what: "There is already something here", where, cause: error });
    default:
      return new MillraceError({
        code: "FILE_SYSTEM_FAILED",
        what: `The system refused to ${verb} this: ${code}`,
        where,
        fix: ADVICE[code],
        cause: error,
      });
  }
}
