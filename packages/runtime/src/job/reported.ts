import { isMillraceError, MillraceError, thrownText } from "@millrace/core";
import type { OperatorInfo } from "@millrace/job-graph";
import { placeOfTask } from "./job-context.js";

/**
 * Returns the error to report for what a source, a sink or code of no task threw: one of ours with its place, anything else as FUNCTION_FAILED.
 *
 * @param operator - left out where several have a part in it
 */
export function reportedAt(error: unknown, what: string, operator?: OperatorInfo, subtaskIndex?: number): unknown {
  const place = operator === undefined ? {} : placeOfTask(operator, subtaskIndex);
  if (error instanceof MillraceError) return error.where.operator === undefined ? error.at(place) : error;
  if (isMillraceError(error)) return error;
  return new MillraceError({
    code: "FUNCTION_FAILED",
    what: `The ${what} threw ${thrownText(error)}`,
    where: place,
    cause: error,
  });
}
