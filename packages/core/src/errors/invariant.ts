import { MillraceError } from "./millrace-error.js";

/**
 * Throws INVARIANT_VIOLATED unless `condition` holds. It guards against our own mistakes, never against a user's.
 * @internal
 */
export function invariant(condition: unknown, promise: string): asserts condition {
  if (condition) return;
  throw new MillraceError({
    code: "INVARIANT_VIOLATED",
    what: `Millrace broke its own promise: ${promise}`,
    fix: "This is a bug in Millrace; please report it with the program that showed it.",
  });
}
