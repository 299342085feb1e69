/**
 * Reads the text that `Function.prototype.toString` gives.
 *
 * Such a text is a piece of some larger program: an expression, a declaration, or a member of a class or an object
 * literal, and it may use what only its surroundings allow (`super`, `new.target`, private names). It is therefore put
 * between a prefix and a suffix that allow all of that, and parsed whole. The attempts, in order:
 *
 *   1. strict expression   in the constructor of a derived class, which allows `super()`, `super.x` and `new.target`
 *   2. strict member of an object literal
 *   3. strict member of a class, which allows `#name() {}` and `static`
 *   4. sloppy expression, 5. sloppy member of an object literal: octal literals, `with`, `delete name`
 *
 * An attempt that cannot succeed fails at the first token that does not fit, which for a member is within its head; so
 * only sloppy texts are read twice. When all fail, the error of the attempt that came furthest is the one that helps.
 * The check that the parsed program is the wrapper with exactly one thing inside keeps arbitrary texts out.
 */
import { type Options, type Program, parse } from "acorn";
import type { FunctionKind, SourcePosition, Strictness, UnparsableAnalysis } from "./analysis.js";
import { LineTable } from "./line-table.js";
import {
  type AnyNode,
  type ClassNode,
  type FunctionNode,
  hasUseStrict,
  isClassNode,
  isFunctionNode,
  literalKey,
} from "./syntax.js";

/** Says how the own name of a function behaves inside it. */
export type SelfName = "binding" | "captured" | "undecided";

/** Holds the parsed source of one function, ready for analysis. */
export interface ParsedFunction {
  readonly root: FunctionNode | ClassNode;
  readonly kind: FunctionKind;
  readonly name: string | undefined;
  readonly strictness: Strictness;
  readonly selfName: SelfName;
  /** What to subtract from the offsets of nodes to get offsets in the analysed text. */
  readonly nodeOffset: number;
  readonly lines: LineTable;
}

interface Attempt {
  readonly prefix: string;
  readonly suffix: string;
  readonly strictness: "strict" | "sloppy";
  /** Whether what parses only here can only come from a class. */
  readonly isClassMember?: true;
  /** Takes what stands between prefix and suffix; undefined when the program has another shape. */
  readonly extract: (program: Program) => AnyNode | undefined;
}

const ATTEMPTS: readonly Attempt[] = [
  {
    prefix: "(class extends null { constructor() { (",
    suffix: "\n) } })",
    strictness: "strict",
    extract: (program) => {
      const constructorOnly = onlyMember(onlyExpression(program.body));
      return constructorOnly?.type === "MethodDefinition" ? onlyExpression(constructorOnly.value.body.body) : undefined;
    },
  },
  {
    prefix: "({ ",
    suffix: "\n})",
    strictness: "strict",
    extract: (program) => onlyMember(onlyExpression(program.body)),
  },
  {
    prefix: "(class extends null { ",
    suffix: "\n})",
    strictness: "strict",
    isClassMember: true,
    extract: (program) => onlyMember(onlyExpression(program.body)),
  },
  {
    prefix: "(function () { (",
    suffix: "\n) })",
    strictness: "sloppy",
    extract: (program) => {
      const wrapper = onlyExpression(program.body);
      return wrapper?.type === "FunctionExpression" ? onlyExpression(wrapper.body.body) : undefined;
    },
  },
  {
    prefix: "({ ",
    suffix: "\n})",
    strictness: "sloppy",
    extract: (program) => onlyMember(onlyExpression(program.body)),
  },
];

/** The options under which any text from anywhere inside a program can be parsed. */
export const LENIENT_OPTIONS = {
  ecmaVersion: "latest",
  allowSuperOutsideMethod: true,
  allowImportExportEverywhere: true,
  checkPrivateFields: false,
} as const satisfies Options;

/**
 * Parses the text of one function; never throws.
 *
 * @param declared - what the caller knows about strict mode; `"unknown"` lets the text decide where it can
 */
export function parseFunctionText(text: string, declared: Strictness): ParsedFunction | UnparsableAnalysis {
  let furthest: ParseFailure = NOT_A_FUNCTION;
  for (const attempt of ATTEMPTS) {
    if (declared !== "unknown" && declared !== attempt.strictness) continue;
    const outcome = tryParse(text, attempt);
    if ("offset" in outcome) {
      if (outcome.offset > furthest.offset) furthest = outcome;
      continue;
    }
    // What parses as something else is no function, whatever the other attempts would say.
    return describe(outcome.node, text, attempt, declared) ?? unparsable(text, NOT_A_FUNCTION);
  }
  return unparsable(text, furthest);
}

const NOT_A_FUNCTION: ParseFailure = { reason: "it is not the text of one function", offset: -1 };

/** Holds why a parse failed; the offset is in the analysed text, -1 when unknown. */
export interface ParseFailure {
  readonly reason: string;
  readonly offset: number;
}

/** Makes the typed outcome of a failed parse. */
export function unparsable(text: string, failure: ParseFailure): UnparsableAnalysis {
  // The parser may notice only in the suffix that the text lacks something at its end.
  const offset = Math.min(failure.offset, text.length);
  const position: SourcePosition | undefined = offset < 0 ? undefined : new LineTable(text).position(offset);
  return { kind: "unparsable", reason: failure.reason, position };
}

/** Turns what the parser threw into a reason without the parser's own line numbers, which count the wrapper. */
export function parseFailureOf(error: unknown, prefixLength: number): ParseFailure {
  if (error instanceof SyntaxError) {
    const offset = "pos" in error && typeof error.pos === "number" ? error.pos - prefixLength : -1;
    return { reason: error.message.replace(/ \(\d+:\d+\)$/, ""), offset };
  }
  if (error instanceof RangeError) return { reason: "it is nested too deeply", offset: -1 };
  return { reason: error instanceof Error ? error.message : String(error), offset: -1 };
}

function tryParse(text: string, attempt: Attempt): { node: AnyNode | undefined } | ParseFailure {
  try {
    const sourceType = attempt.strictness === "strict" ? "module" : "script";
    const program = parse(attempt.prefix + text + attempt.suffix, { ...LENIENT_OPTIONS, sourceType });
    return { node: attempt.extract(program) };
  } catch (error) {
    return parseFailureOf(error, attempt.prefix.length);
  }
}

function describe(
  node: AnyNode | undefined,
  text: string,
  attempt: Attempt,
  declared: Strictness,
): ParsedFunction | undefined {
  const shape = node === undefined ? undefined : functionShape(node);
  if (node === undefined || shape === undefined) return undefined;
  // A text such as `x) => (y` would borrow the parentheses of the wrapper.
  if (node.start < attempt.prefix.length || node.end > attempt.prefix.length + text.length) return undefined;
  return {
    ...shape,
    strictness: attempt.isClassMember
      ? "strict"
      : strictnessOf(shape.root, attempt.strictness === "sloppy" ? "sloppy" : declared),
    selfName: "undecided",
    nodeOffset: attempt.prefix.length,
    lines: new LineTable(text),
  };
}

/** Adds what the text itself says about strict mode to what is known from outside. */
export function strictnessOf(root: FunctionNode | ClassNode, surrounding: Strictness): Strictness {
  if (isClassNode(root)) return "strict";
  return hasUseStrict(root) ? "strict" : surrounding;
}

/** Finds function, kind and name of a node that is a function, a class or a member that holds one. */
export function functionShape(
  node: AnyNode,
): { root: FunctionNode | ClassNode; kind: FunctionKind; name: string | undefined } | undefined {
  if (node.type === "ArrowFunctionExpression") return { root: node, kind: "arrow", name: undefined };
  if (isFunctionNode(node)) return { root: node, kind: "function", name: node.id?.name };
  if (isClassNode(node)) return { root: node, kind: "class", name: node.id?.name };
  if (node.type !== "MethodDefinition" && node.type !== "Property") return undefined;
  if (node.type === "Property" && !node.method && node.kind === "init") return undefined;
  if (node.value.type !== "FunctionExpression") return undefined;
  const kind = node.kind === "get" ? "getter" : node.kind === "set" ? "setter" : "method";
  return { root: node.value, kind, name: node.computed ? undefined : literalKey(node.key) };
}

function onlyExpression(statements: readonly AnyNode[]): AnyNode | undefined {
  const [statement] = statements;
  return statements.length === 1 && statement?.type === "ExpressionStatement" ? statement.expression : undefined;
}

function onlyMember(node: AnyNode | undefined): AnyNode | undefined {
  if (node?.type === "ObjectExpression") return node.properties.length === 1 ? node.properties[0] : undefined;
  if (node?.type === "ClassExpression") return node.body.body.length === 1 ? node.body.body[0] : undefined;
  return undefined;
}
