/**
 * Finds functions that forgot their `return`.
 *
 * A function returns nothing when it has no `return` with a value and its end, or a bare `return`, can be reached. A body
 * that always throws or never ends is no such function. Reachability is judged by form alone, not by values: a
 * statement counts as never completing only when every way through it throws or loops for ever.
 */
import type { BlockStatement } from "acorn";
import type { AnyNode, FunctionNode, StatementNode } from "./syntax.js";
import { isClassNode, isFunctionNode } from "./syntax.js";

/** Says whether the function can end and never gives a value when it does. */
export function returnsNothing(node: FunctionNode): boolean {
  if (node.body.type !== "BlockStatement") return false;
  const { withValue, bare } = returnsOf(node.body);
  return withValue === 0 && (bare > 0 || !neverCompletes(node.body));
}

/** Says whether the function has a `return` with a value. */
export function returnsSomething(node: FunctionNode): boolean {
  return node.body.type !== "BlockStatement" || returnsOf(node.body).withValue > 0;
}

interface Returns {
  withValue: number;
  bare: number;
}

function returnsOf(body: BlockStatement): Returns {
  const returns: Returns = { withValue: 0, bare: 0 };
  for (const statement of body.body) countReturns(statement, returns);
  return returns;
}

function countReturns(node: AnyNode, returns: Returns): void {
  if (isFunctionNode(node) || isClassNode(node)) return;
  if (node.type === "ReturnStatement") {
    if (node.argument) returns.withValue++;
    else returns.bare++;
    return;
  }
  for (const statement of substatements(node)) countReturns(statement, returns);
}

/** Lists the statements directly inside a statement. Expressions hold no `return` but those of nested functions. */
function substatements(node: AnyNode): readonly AnyNode[] {
  switch (node.type) {
    case "BlockStatement":
      return node.body;
    case "IfStatement":
      return node.alternate ? [node.consequent, node.alternate] : [node.consequent];
    case "SwitchStatement":
      return node.cases.flatMap((each) => each.consequent);
    case "TryStatement":
      return [node.block, ...(node.handler ? [node.handler.body] : []), ...(node.finalizer ? [node.finalizer] : [])];
    case "LabeledStatement":
    case "WithStatement":
    case "WhileStatement":
    case "DoWhileStatement":
    case "ForStatement":
    case "ForInStatement":
    case "ForOfStatement":
      return [node.body];
    default:
      return [];
  }
}

function neverCompletes(node: StatementNode): boolean {
  switch (node.type) {
    case "ThrowStatement":
      return true;
    case "BlockStatement":
      return node.body.some(neverCompletes);
    case "IfStatement":
      return neverCompletes(node.consequent) && node.alternate != null && neverCompletes(node.alternate);
    case "TryStatement":
      if (node.finalizer && neverCompletes(node.finalizer)) return true;
      return neverCompletes(node.block) && (!node.handler || neverCompletes(node.handler.body));
    case "WhileStatement":
    case "DoWhileStatement":
      return isTrue(node.test) && !hasBreak(node.body);
    case "ForStatement":
      return (node.test == null || isTrue(node.test)) && !hasBreak(node.body);
    default:
      return false;
  }
}

function isTrue(test: AnyNode): boolean {
  return test.type === "Literal" && Boolean(test.value);
}

/** Says whether a `break` leaves the loop with this body: an own one, or a labelled one, which may leave more. */
function hasBreak(node: AnyNode): boolean {
  if (node.type === "BreakStatement") return true;
  if (BREAK_TARGETS.has(node.type)) return substatements(node).some(hasLabelledBreak);
  return substatements(node).some(hasBreak);
}

function hasLabelledBreak(node: AnyNode): boolean {
  if (node.type === "BreakStatement") return node.label != null;
  return substatements(node).some(hasLabelledBreak);
}

/** The statements that a `break` without a label leaves. */
const BREAK_TARGETS: ReadonlySet<AnyNode["type"]> = new Set([
  "WhileStatement",
  "DoWhileStatement",
  "ForStatement",
  "ForInStatement",
  "ForOfStatement",
  "SwitchStatement",
] as const);
