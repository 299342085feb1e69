import { type ErrorCode, type ErrorPlace, MillraceError, thrownText } from "@millrace/core";

/** Is a failure as JSON: what is known of an error in another process. @beta */
export interface FailureJson {
  /** The name of the error's class. */
  readonly name: string;
  /** The whole message. */
  readonly message: string;
  /** Where it was thrown, when that is known. */
  readonly stack?: string | undefined;
  /** What one of our errors is made of; undefined for any other. */
  readonly details?: FailureDetailsJson | undefined;
  /** What it was caused by. */
  readonly cause?: FailureJson | undefined;
}

/** Is what one of our errors is made of. @beta */
export interface FailureDetailsJson {
  /** The stable code. */
  readonly code: ErrorCode;
  /** What happened. */
  readonly what: string;
  /** What was expected. */
  readonly expected?: string | undefined;
  /** Where it happened. */
  readonly where: ErrorPlace;
  /** What to do. */
  readonly fix?: string | undefined;
}

/** How many causes are told of: one that is its own cause must not go on for ever. */
const MAX_CAUSES = 8;

/** Makes JSON of what a subtask failed with, whatever it is. @beta */
export function failureToJson(error: unknown): FailureJson {
  return toJson(error, MAX_CAUSES);
}

/** Makes the error again that {@link failureToJson} was given: one of ours with its code, anything else as an `Error` with its name. @beta */
export function failureFromJson({ name, message, stack, details, cause }: FailureJson): Error {
  const because = cause === undefined ? undefined : { cause: failureFromJson(cause) };
  const error = details === undefined ? new Error(message, because) : new MillraceError({ ...details, ...because });
  if (details === undefined && error.name !== name) Object.defineProperty(error, "name", { value: name });
  if (stack !== undefined) error.stack = stack;
  return error;
}

function toJson(error: unknown, numCauses: number): FailureJson {
  if (!(error instanceof Error)) return { name: "Error", message: thrownText(error) };
  const name = textOf(() => error.name) ?? "Error";
  const message = textOf(() => error.message) ?? "";
  const stack = textOf(() => error.stack);
  const details = error instanceof MillraceError ? detailsOf(error) : undefined;
  const cause = read(() => error.cause);
  const hasCause = cause !== undefined && numCauses > 0;
  return { name, message, stack, details, ...(hasCause ? { cause: toJson(cause, numCauses - 1) } : {}) };
}

/** Reads something of an error that user code threw, which may throw itself when it is looked at. */
function read<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}

function textOf(get: () => unknown): string | undefined {
  const value = read(get);
  return typeof value === "string" ? value : undefined;
}

function detailsOf({ code, what, expected, where, fix }: MillraceError): FailureDetailsJson {
  return { code, what, expected, where, fix };
}
