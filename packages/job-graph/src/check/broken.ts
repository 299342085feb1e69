import { MillraceError } from "@millrace/core";

/** Makes the error for a graph that cannot run. @internal */
export function broken(name: string, what: string, expected: string): MillraceError {
  return new MillraceError({ code: "INVALID_JOB_GRAPH", what: `${name} ${what}`, expected });
}
