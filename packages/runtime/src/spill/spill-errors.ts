import { type ErrorPlace, isMillraceError, MillraceError } from "@millrace/core";

/**
 * Returns the error of an operation on temporary files that the system refused.
 * @param folders - where the job spills to; the system's folder for temporary files when empty
 */
export function spillFailed(owner: string, verb: string, cause: unknown, folders: readonly string[]): MillraceError {
  const reason = isMillraceError(cause) ? cause : undefined;
  const place: ErrorPlace = { operator: owner, ...reason?.where };
  const advice = [reason?.fix ?? "Give the job more memory, or other folders.", whichFolder(folders)];
  return new MillraceError({
    code: "SPILL_FAILED",
    what: `What does not fit into memory could not be ${verb}${reason === undefined ? "" : `: ${reason.what}`}`,
    where: place,
    fix: advice.join(" "),
    cause,
  });
}

/** Says where temporary files lie, and what settles that. */
function whichFolder(folders: readonly string[]): string {
  return folders.length === 0
    ? "Temporary files lie in the system's folder for them: set TMPDIR (TEMP on Windows) to another one, or name folders as tempFolders of the local engine."
    : `Temporary files lie in the tempFolders of the local engine: ${folders.join(", ")}. They have to exist, and the process has to be allowed to write there.`;
}

/** Returns the error of a block that is not what was written. */
export function spillCorrupt(owner: string, file: string, block: number, what: string): MillraceError {
  return new MillraceError({
    code: "SPILL_CORRUPT",
    what: `Block ${block} of a temporary file ${what}`,
    expected: "what was written there before",
    where: { operator: owner, file },
    fix: "Run the job again. When that happens again, check the disk and the memory of the machine.",
  });
}
