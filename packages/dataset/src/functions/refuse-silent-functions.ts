import { type FunctionAnalyzer, isAnalyzed } from "@millrace/closures";
import { type LogicalOperator, logical, type Plan, type UserFunction } from "@millrace/common-api";
import { MillraceError } from "@millrace/core";

/**
 * Throws INVALID_RESULT for the first function of a plan that must give a record or a truth value and whose source shows that it
 * never does: most likely a forgotten `return`. Engines find the same when it is called; here it is found before anything runs.
 * @internal
 */
export function refuseSilentFunctions(plan: Plan, analyzer: FunctionAnalyzer): void {
  for (const operator of plan.operators) {
    const found = valueFunctionOf(logical(operator));
    if (found === undefined || !returnsNothing(found.fn, analyzer)) continue;
    throw new MillraceError({
      code: "INVALID_RESULT",
      what: `The function ${found.fn.method} returns nothing`,
      expected: found.expected,
      where: { operator: operator.settings.name, ...operator.location },
      fix: "Add the missing return; null is a record too, undefined is not.",
    });
  }
}

interface ValueFunction {
  readonly fn: UserFunction;
  readonly expected: string;
}

/** Returns the function of an operator that must give exactly one value a call. */
function valueFunctionOf(node: LogicalOperator): ValueFunction | undefined {
  switch (node.kind) {
    case "map":
    case "mapAsync":
    case "reduce":
      return { fn: node.function, expected: "exactly one record" };
    case "filter":
      return "op" in node.predicate ? undefined : { fn: node.predicate, expected: "true or false" };
    case "join":
    case "cross":
      return node.result.kind === "function" ? { fn: node.result.function, expected: "exactly one record" } : undefined;
    default:
      return undefined;
  }
}

function returnsNothing({ target, method }: UserFunction, analyzer: FunctionAnalyzer): boolean {
  const code: unknown = typeof target === "function" ? target : (target as Readonly<Record<string, unknown>>)[method];
  if (typeof code !== "function") return false;
  const analysis = analyzer.analyzeFunction(code as (...args: never[]) => unknown);
  return isAnalyzed(analysis) && analysis.kind !== "class" && !analysis.isGenerator && analysis.returnsNothing;
}
