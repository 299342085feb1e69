import type {
  FieldsRead,
  FreeName,
  FunctionAnalysis,
  ParameterAnalysis,
  SourceAnalysis,
  SourcePosition,
  SpecialUse,
  Strictness,
} from "./analysis.js";
import { returnsNothing } from "./completion.js";
import { Findings } from "./findings.js";
import { type ParsedFunction, parseFailureOf, parseFunctionText, unparsable } from "./function-text.js";
import { ReferenceWalker } from "./reference-walker.js";
import { type Frame, Scope } from "./scope.js";
import { type ClassNode, type FunctionNode, isClassNode, staticKeys } from "./syntax.js";
import { Usage } from "./usage.js";

/** What built-in and bound functions have instead of a body. No JavaScript text that parses ends like this. */
const NATIVE_BODY = /\{\s*\[native code\]\s*\}\s*$/;

/** How many parameters have their fields looked at: record and second record; what follows is context and collector. */
const NUM_TRACKED_PARAMETERS = 2;

/**
 * Analyzes the text of one function, as `Function.prototype.toString` gives it. Never throws: a text that cannot be
 * read, or is nested deeper than the stack, gives the kind `"unparsable"` with the reason.
 *
 * @param strictness - what is known about strict mode from outside; a directive, a class and syntax that only sloppy
 * code may have override `"unknown"`
 * @beta
 */
export function analyzeFunctionText(text: string, strictness: Strictness = "unknown"): SourceAnalysis {
  const parsed = parseFunctionText(text, strictness);
  if (parsed.kind === "unparsable") return NATIVE_BODY.test(text) ? { kind: "native" } : parsed;
  try {
    return analyzeParsedFunction(parsed);
  } catch (error) {
    return unparsable(text, parseFailureOf(error, 0));
  }
}

/** Analyzes a function whose syntax tree is at hand. Throws RangeError when it is nested deeper than the stack. */
export function analyzeParsedFunction(parsed: ParsedFunction): FunctionAnalysis {
  const { root, kind, name, strictness } = parsed;
  const findings = new Findings();
  const fieldsRead = isClassNode(root) ? walkClass(root, findings) : walkFunction(root, parsed, findings);
  const position = (nodeOffset: number): SourcePosition => parsed.lines.position(nodeOffset - parsed.nodeOffset);
  return {
    kind,
    name,
    strictness,
    isAsync: !isClassNode(root) && root.async,
    isGenerator: !isClassNode(root) && root.generator,
    parameters: parametersOf(root),
    freeNames: freeNamesOf(findings, position),
    privateNames: [...findings.privateNames].map(([each, offset]) => ({ name: each, position: position(offset) })),
    uses: usesOf(findings, position),
    selfReferences: findings.selfReferences.map(position),
    returnsNothing: !isClassNode(root) && returnsNothing(root),
    fieldsRead,
  };
}

function walkClass(root: ClassNode, findings: Findings): FunctionAnalysis["fieldsRead"] {
  const outer = new Scope(undefined, { owner: "outer", isSloppy: false, phase: "call", member: undefined });
  new ReferenceWalker(findings).classCode(root, outer, true);
  return ["unknown", "unknown"];
}

function walkFunction(root: FunctionNode, parsed: ParsedFunction, findings: Findings): FunctionAnalysis["fieldsRead"] {
  const isSloppy = parsed.strictness === "sloppy";
  const owner = root.type === "ArrowFunctionExpression" ? "outer" : "own";
  const frame: Frame = { owner, isSloppy, phase: "call", member: undefined };
  const surroundings = new Scope(undefined, frame);
  if (parsed.kind === "function" && parsed.name !== undefined && parsed.selfName !== "captured") {
    surroundings.declare(parsed.name, parsed.selfName === "binding" ? "variable" : "self");
  }
  const tracked = root.params.slice(0, NUM_TRACKED_PARAMETERS).map((pattern) => {
    return pattern.type === "Identifier" ? new Usage() : undefined;
  });
  new ReferenceWalker(findings).functionCode(root, surroundings, frame, tracked);
  const { ownArguments, directEval, with: withs } = findings.uses;
  // Three ways to reach a parameter without naming it.
  if (ownArguments.length + directEval.length + withs.length > 0) return ["unknown", "unknown"];
  return [fieldsOf(root, tracked, 0), fieldsOf(root, tracked, 1)];
}

function fieldsOf(root: FunctionNode, tracked: readonly (Usage | undefined)[], index: number): FieldsRead {
  const pattern = root.params[index];
  if (pattern === undefined) return root.params.at(-1)?.type === "RestElement" ? "unknown" : [];
  if (pattern.type === "Identifier") return tracked[index]?.fieldsRead() ?? "unknown";
  if (pattern.type === "ObjectPattern") return unique(staticKeys(pattern));
  if (pattern.type !== "ArrayPattern" || pattern.elements.some((element) => element?.type === "RestElement")) {
    return "unknown";
  }
  return pattern.elements.flatMap((element, position) => (element === null ? [] : [String(position)]));
}

function unique(keys: string[] | undefined): FieldsRead {
  return keys === undefined ? "unknown" : [...new Set(keys)];
}

function parametersOf(root: FunctionNode | ClassNode): ParameterAnalysis[] {
  if (!isClassNode(root)) return root.params.map(parameterOf);
  for (const member of root.body.body) {
    if (member.type === "MethodDefinition" && member.kind === "constructor")
      return member.value.params.map(parameterOf);
  }
  return [];
}

function parameterOf(pattern: FunctionNode["params"][number]): ParameterAnalysis {
  const isRest = pattern.type === "RestElement";
  const hasDefault = pattern.type === "AssignmentPattern";
  const target = isRest ? pattern.argument : hasDefault ? pattern.left : pattern;
  const name = target.type === "Identifier" ? target.name : undefined;
  return { name, isDestructured: name === undefined, hasDefault, isRest };
}

function freeNamesOf(findings: Findings, position: (offset: number) => SourcePosition): FreeName[] {
  const inOrder = [...findings.freeNames].sort(([, left], [, right]) => left.firstOffset - right.firstOffset);
  return inOrder.map(([name, usage]) => usage.toFreeName(name, position));
}

function usesOf(
  findings: Findings,
  position: (offset: number) => SourcePosition,
): Readonly<Record<SpecialUse, readonly SourcePosition[]>> {
  const uses = {} as Record<SpecialUse, readonly SourcePosition[]>;
  for (const [use, offsets] of Object.entries(findings.uses) as [SpecialUse, number[]][]) {
    uses[use] = offsets.map(position);
  }
  return uses;
}
