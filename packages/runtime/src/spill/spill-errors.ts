import { type ErrorPlace, isMillraceError, MillraceError } from "@millrace/core";

/** Returns the error of an operation on temporary files that the system refused. */
export function spillFailed(owner: string, verb: string, cause: unknown): MillraceError {
  const reason = isMillraceError(cause) ? cause : undefined;
  const place: ErrorPlace = { operator: owner, ...reason?.where };
  return new MillraceError({
    code: "SPILL_FAILED",
    what: `What does not fit into memory could not be ${verb}${reason === undefined ? "" : `: ${reason.what}`}`,
    where: place,
    fix: reason?.fix ?? "Give the job more memory, or other folders for temporary files.",
    cause,
  });
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
