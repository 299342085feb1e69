import { analyzeFunctionText, type FunctionAnalysis, isAnalyzed, type Strictness } from "../src/index.js";

/** Analyzes a text that must be readable. */
export function analyze(text: string, strictness?: Strictness): FunctionAnalysis {
  const analysis = analyzeFunctionText(text, strictness);
  if (isAnalyzed(analysis)) return analysis;
  throw new Error(`${JSON.stringify(text)} is ${analysis.kind}: ${"reason" in analysis ? analysis.reason : ""}`);
}

/** Writes the free names of a text in one line: `a` is read, `a(++)` assigned by that form, `typeof a` only asked for. */
export function freeNames(text: string, strictness?: Strictness): string {
  return analyze(text, strictness)
    .freeNames.map((free) => {
      const forms = free.assignments.map((assignment) => `(${assignment.form})`).join("");
      return `${free.isTypeofOnly ? "typeof " : ""}${free.isRead || forms === "" ? free.name : `!${free.name}`}${forms}`;
    })
    .join(" ");
}

/** Writes the special uses of a text in one line, with their number. */
export function uses(text: string): string {
  return Object.entries(analyze(text).uses)
    .filter(([, positions]) => positions.length > 0)
    .map(([use, positions]) => (positions.length === 1 ? use : `${use}*${positions.length}`))
    .join(" ");
}
