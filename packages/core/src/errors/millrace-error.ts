import type { ErrorCode } from "./error-codes.js";

/**
 * Says where something went wrong, as exactly as is known. Every field may be absent.
 * @public
 */
export interface ErrorPlace {
  /** The operator's name as plans show it, such as `Map at job.ts:12:8`. */
  readonly operator?: string | undefined;
  /** The 0-based index of the parallel subtask. */
  readonly subtask?: number | undefined;
  /** A file: the user's source file, or the data file that was read or written. */
  readonly file?: string | undefined;
  /** The 1-based line in `file`. */
  readonly line?: number | undefined;
  /** The 1-based column in `file`. */
  readonly column?: number | undefined;
  /** The field path inside the record. */
  readonly field?: string | undefined;
}

/**
 * Holds what an error is made of. The message is put together from it in a fixed order.
 * @public
 */
export interface ErrorDetails {
  /** The stable code. */
  readonly code: ErrorCode;
  /** What happened, a sentence without its full stop. */
  readonly what: string;
  /** What was expected instead, a phrase that completes "expected …". */
  readonly expected?: string | undefined;
  /** Where it happened. */
  readonly where?: ErrorPlace | undefined;
  /** What to do about it, a full sentence. */
  readonly fix?: string | undefined;
  /** The error that this one reports. */
  readonly cause?: unknown;
}

/**
 * Is every error that Millrace throws on purpose: a stable `code`, what happened, what was expected, where, and what to do.
 * The message ends with the name of the page that explains the code, `docs/errors/<CODE>.md`.
 * @public
 */
export class MillraceError extends Error {
  /** Is `MillraceError`, also in another copy of the package. */
  override readonly name: string = "MillraceError";
  /** The stable code, never renamed. */
  readonly code: ErrorCode;
  /** What happened, without place and advice. */
  readonly what: string;
  /** What was expected, when that can be said. */
  readonly expected: string | undefined;
  /** Where it happened; an empty object when nothing is known. */
  readonly where: ErrorPlace;
  /** What to do, when that can be said. */
  readonly fix: string | undefined;

  constructor(details: ErrorDetails) {
    super(messageOf(details), details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.what = details.what;
    this.expected = details.expected;
    this.where = details.where ?? {};
    this.fix = details.fix;
  }

  /**
   * Returns the same error with a more exact place: fields of `where` that this error lacks are filled in, none is replaced.
   * A file, its line and its column go together: an error that knows one of them takes none. The stack and the cause stay
   * those of this error.
   */
  at(where: ErrorPlace): MillraceError {
    const known = Object.fromEntries(Object.entries(this.where).filter(([, value]) => value !== undefined));
    const { file, line, column, ...rest } = where;
    const isFileKnown = "file" in known || "line" in known;
    const added = isFileKnown ? rest : { ...rest, file, line, column };
    const located = new MillraceError({ ...detailsOf(this), where: { ...added, ...known } });
    if (this.stack !== undefined) located.stack = this.stack.replace(this.message, located.message);
    return located;
  }
}

function detailsOf(error: MillraceError): ErrorDetails {
  return { code: error.code, what: error.what, expected: error.expected, fix: error.fix, cause: error.cause };
}

/** Tells whether `error` is a Millrace error, of this copy of the package or another, with one of `codes` if any are given. @public */
export function isMillraceError(error: unknown, ...codes: readonly ErrorCode[]): error is MillraceError {
  try {
    if (!(error instanceof Error) || error.name !== "MillraceError" || !("code" in error)) return false;
    return codes.length === 0 || codes.includes(error.code as ErrorCode);
  } catch {
    // Whatever throws when it is asked for its name is none of ours.
    return false;
  }
}

function messageOf(details: ErrorDetails): string {
  const parts = [`${details.what}.`];
  if (details.expected !== undefined) parts.push(`Expected ${details.expected}.`);
  const place = describePlace(details.where ?? {});
  if (place !== "") parts.push(`Where: ${place}.`);
  if (details.fix !== undefined) parts.push(details.fix);
  return `${parts.join(" ")} [${details.code}, docs/errors/${details.code}.md]`;
}

function describePlace(where: ErrorPlace): string {
  const parts: string[] = [];
  if (where.operator !== undefined) parts.push(where.operator);
  if (where.subtask !== undefined) parts.push(`subtask ${where.subtask}`);
  if (where.file !== undefined) {
    const line = where.line === undefined ? "" : `:${where.line}`;
    parts.push(`${where.file}${line}${line === "" || where.column === undefined ? "" : `:${where.column}`}`);
  } else if (where.line !== undefined) {
    parts.push(`line ${where.line}`);
  }
  if (where.field !== undefined) parts.push(`field ${where.field}`);
  return parts.join(", ");
}
