/** What is reported when user code throws. */
import { type ErrorPlace, isMillraceError, MillraceError } from "../errors/index.js";
import { shortRecordText } from "./record-text.js";

/**
 * Returns the error to report for what user code threw: an error of ours with its place, and anything else as
 * FUNCTION_FAILED with the records that the function was called with. An error that has its place stays as it is.
 * @internal
 */
export function failureOf(error: unknown, method: string, records: readonly unknown[], place: ErrorPlace): unknown {
  if (isMillraceError(error)) {
    const isReported = error.where.operator !== undefined;
    return isReported || !(error instanceof MillraceError) ? error : error.at(place);
  }
  const texts = records.length === 0 ? "" : ` for ${records.map(shortRecordText).join(" and ")}`;
  return new MillraceError({
    code: "FUNCTION_FAILED",
    what: `The function ${method} threw ${thrownText(error)}${texts}`,
    where: place,
    cause: error,
  });
}

/** A longer message of what was thrown is cut; the cause has all of it. */
const MAX_MESSAGE_LENGTH = 500;

/** Returns a text of what was thrown, whatever that is: getters of an error may throw in turn. Never throws. @internal */
export function thrownText(error: unknown): string {
  try {
    if (error instanceof Error) return `${error.name}: ${cut(String(error.message))}`;
  } catch {
    return "an error whose message cannot be read";
  }
  return `something that is no Error: ${shortRecordText(error)}`;
}

function cut(message: string): string {
  return message.length <= MAX_MESSAGE_LENGTH ? message : `${message.slice(0, MAX_MESSAGE_LENGTH)}…`;
}

/** What engines of JavaScript say of `#private` members of an object that was made without its class's constructor. */
const PRIVATE_MEMBER_MISSING =
  /private (?:member|field|method|element|name)|^TypeError: (?:Receiver|Object) must be (?:an instance of )?class/i;

/** Tells whether an error came of copying an object field by field that has `#private` members. @internal */
export function isPrivateMemberMissing(error: unknown): boolean {
  return error instanceof TypeError && PRIVATE_MEMBER_MISSING.test(thrownText(error));
}

/** Makes the error for a function object with `#private` members and no `clone()`. @internal */
export function privateMembers(method: string, place: ErrorPlace, cause: unknown): MillraceError {
  return new MillraceError({
    code: "INVALID_FUNCTION",
    what: `The function ${method} uses #private members, which cannot be copied for each subtask`,
    expected: "a class that says how its objects are copied",
    where: place,
    fix: "Give the class a method clone() that returns a fresh object, or make the fields private in TypeScript only.",
    cause,
  });
}
