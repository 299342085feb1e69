/** Comparisons of expressions in generated code: rules [O4] and [O82] of the common API. */
import { type CallNode, compareOperands } from "@millrace/core";
import type { CodeBlock } from "./code-block.js";
import { isNumeric, mayBeNaN, type Operand, strictOperand, valueText } from "./operand.js";

/** Names a comparison. */
type ComparisonName = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

const COMPARISONS: ReadonlySet<string> = new Set(["eq", "ne", "lt", "le", "gt", "ge"]);

/** Tells whether a function is a comparison. */
export function isComparison(name: string): name is ComparisonName {
  return COMPARISONS.has(name);
}

const OPERATORS = { eq: "===", ne: "!==", lt: "<", le: "<=", gt: ">", ge: ">=" } as const;

/** Returns the code of a comparison. */
export function compared(node: CallNode, a: Operand, b: Operand, block: CodeBlock): Operand {
  const name = node.name as ComparisonName;
  return strictOperand(block, [a, b], { kind: "boolean", expression: comparison(name, a, b, block) });
}

function comparison(name: ComparisonName, a: Operand, b: Operand, block: CodeBlock): string {
  if (areOfOneKind(a, b)) return fast(name, a, b);
  const slow = `${block.unit.helper("compareOperands", compareOperands)}(${valueText(a)}, ${valueText(b)}, "${name}") ${OPERATORS[name]} 0`;
  if (a.kind !== "unknown" && b.kind !== "unknown") return `(${slow})`;
  block.canFail = true;
  const known = a.kind === "unknown" ? b : a;
  if (known.kind === "millis") return `(${slow})`;
  if (known.kind !== "unknown") {
    const type = isNumeric(known) ? "number" : known.kind;
    const other = known === a ? b : a;
    const typed: Operand = { ...other, kind: isNumeric(known) ? "number" : known.kind };
    const [left, right] = known === a ? [a, typed] : [typed, b];
    return `(typeof ${other.text} === "${type}" ? ${fast(name, left, right)} : ${slow})`;
  }
  const areBoth = (type: string): string => `typeof ${a.text} === "${type}" && typeof ${b.text} === "${type}"`;
  const numbers = fast(name, { ...a, kind: "number" }, { ...b, kind: "number" });
  const strings = fast(name, { ...a, kind: "string" }, { ...b, kind: "string" });
  return `(${areBoth("number")} ? ${numbers} : ${areBoth("string")} ? ${strings} : ${slow})`;
}

function areOfOneKind(a: Operand, b: Operand): boolean {
  return (isNumeric(a) && isNumeric(b)) || (a.kind === b.kind && a.kind !== "unknown");
}

/** Compares by operators of JavaScript, which order everything but NaN as values are ordered: NaN comes last, and is equal to itself. */
function fast(name: ComparisonName, a: Operand, b: Operand): string {
  switch (name) {
    case "eq":
      return equal(a, b);
    case "ne":
      return `!${equal(a, b)}`;
    case "lt":
      return less(a, b);
    case "gt":
      return less(b, a);
    case "le":
      return `!${less(b, a)}`;
    case "ge":
      return `!${less(a, b)}`;
  }
}

function equal(a: Operand, b: Operand): string {
  const same = `${a.text} === ${b.text}`;
  if (!mayBeNaN(a) || !mayBeNaN(b)) return `(${same})`;
  return `(${same} || (${a.text} !== ${a.text} && ${b.text} !== ${b.text}))`;
}

function less(a: Operand, b: Operand): string {
  const isLess = `${a.text} < ${b.text}`;
  if (!mayBeNaN(b)) return `(${isLess})`;
  return `(${isLess} || (${b.text} !== ${b.text} && ${a.text} === ${a.text}))`;
}

/** Returns the expression that two values which are not null are equal. */
export function equalText(a: Operand, b: Operand, block: CodeBlock): string {
  return comparison("eq", a, b, block);
}
