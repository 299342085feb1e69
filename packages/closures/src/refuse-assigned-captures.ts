import { type ErrorPlace, MillraceError } from "@millrace/core";
import { type AssignmentForm, type CapturedAssignment, isAnalyzed } from "./analysis.js";
import { FunctionAnalyzer } from "./function-analyzer.js";
import { type FunctionPart, functionsOf } from "./functions-of.js";

/** Settings of {@link refuseAssignedCaptures}. @beta */
export interface AssignedCapturesOptions {
  /** Remembers analyses between calls; without it each call analyzes anew. */
  readonly analyzer?: FunctionAnalyzer | undefined;
  /**
   * Says which functions are a package's, and so go by reference: they may assign variables of their own module. Asked about those only
   * that would be refused.
   */
  readonly isReference?: ((code: object) => boolean) | undefined;
  /** Says which prototypes and classes are not the user's code; the search along the prototypes of an object stops there. */
  readonly isBase?: ((prototypeOrClass: object) => boolean) | undefined;
}

/**
 * Throws CAPTURED_VARIABLE_ASSIGNED when a user function assigns a variable that it does not declare: `n++`, `n = …`,
 * `[n] = …`, `for (n of …)`, in it or in a function inside it. A global or undeclared name counts; a property
 * (`state.n++`) does not, nor does a value that is no function and no object.
 *
 * Of a function object or an instance of a class all methods are looked at, own and inherited, `#private` ones too; not
 * its constructor and field initializers, which have run in the program that made it.
 * A class given as such is looked at whole, save its static fields and blocks. No code of the user is run.
 *
 * @param where - the operator that was given the function
 * @beta
 */
export function refuseAssignedCaptures(
  userFunction: unknown,
  where: ErrorPlace,
  options: AssignedCapturesOptions = {},
): void {
  if (userFunction === null || (typeof userFunction !== "object" && typeof userFunction !== "function")) return;
  const analyzer = options.analyzer ?? new FunctionAnalyzer();
  for (const part of functionsOf(userFunction, options.isBase ?? (() => false))) {
    const analysis = analyzer.analyzeFunction(part.code);
    if (!isAnalyzed(analysis)) continue;
    // The constructor of an instance, spelled as a function: it has run, and its text holds no methods.
    if (part.isConstructed && analysis.kind !== "class") continue;
    for (const free of analysis.freeNames) {
      const assignment = free.assignments.find((each) => runsInJob(each, part));
      if (assignment === undefined || options.isReference?.(part.code) === true) continue;
      throw refusal(free.name, assignment, part, analysis.name, where);
    }
  }
}

function runsInJob({ phase }: CapturedAssignment, part: FunctionPart): boolean {
  return phase === "call" || (phase === "construction" && !part.isConstructed);
}

function refusal(
  name: string,
  assignment: CapturedAssignment,
  part: FunctionPart,
  functionName: string | undefined,
  where: ErrorPlace,
): MillraceError {
  const { line, column } = assignment.position;
  const member = assignment.member ?? part.member;
  const holder = member === undefined ? "The function" : `The method "${member}"`;
  const within = part.isConstructed ? `the class ${functionName ?? "without a name"}` : "the function";
  return new MillraceError({
    code: "CAPTURED_VARIABLE_ASSIGNED",
    what: `${holder} assigns the captured variable "${name}" (${spelling(name, assignment.form)} at line ${line}, column ${column} of ${within})`,
    expected:
      "a function that only reads the variables around it, since each subtask runs a copy of it and the variable here would keep its old value",
    where,
    fix:
      `To count or sum, use an accumulator: context.getAccumulator("${name}", LongCounter).add(1). To keep state between records, ` +
      "use a field of a rich function. To hand a value on, return it from the function.",
  });
}

function spelling(name: string, form: AssignmentForm): string {
  switch (form) {
    case "++":
    case "--":
      return `${name}${form}`;
    case "destructuring":
      return `a destructuring assignment to ${name}`;
    case "for-of":
      return `for (${name} of …)`;
    case "for-in":
      return `for (${name} in …)`;
    case "delete":
      return `delete ${name}`;
    default:
      return `${name} ${form} …`;
  }
}
