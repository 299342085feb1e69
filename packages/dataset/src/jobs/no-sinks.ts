import { MillraceError } from "@millrace/core";
import { callSite } from "../operators/call-site.js";

/** Makes the error of a job without an end. @internal */
export function noSinks(method: "execute" | "explain"): MillraceError {
  return new MillraceError({
    code: "NO_SINKS",
    what: `${method}() was called, and no data set is written anywhere`,
    expected: "at least one sink, such as writeAsCsv(path)",
    where: callSite() ?? {},
    fix:
      method === "execute"
        ? "To get records in the program itself use collect(), count() or print(), which run a job of their own and need no execute()."
        : "Make a data set first; explain() shows every one that nothing reads.",
  });
}
