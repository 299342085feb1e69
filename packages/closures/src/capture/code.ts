/**
 * Makes text that can be evaluated elsewhere from a function of a script.
 *
 * A class has run when it is captured: its static fields and blocks are cut, and what it extends is put in as a value, since neither may
 * run again. What is cut is replaced by spaces, so that lines and columns stay. A member of a class or an object travels
 * without its head, of which only async, generator and accessor matter.
 */
import { type FunctionAnalysis, isAnalyzed } from "../analysis.js";
import { analyzeFunctionText } from "../analyze-function-text.js";
import type { FunctionSite, ParsedScript } from "../script-source.js";
import { type AnyNode, type ClassNode, constantKey, isClassNode, literalKey } from "../syntax.js";

/** The name under which a class finds what it extends. */
export const HERITAGE_NAME = "$base";

/** Is one method or accessor that the text of a class makes. */
export interface ClassMember {
  readonly key: string | symbol;
  readonly isStatic: boolean;
  readonly part: "value" | "get" | "set";
  /** What `toString` of it gives. */
  readonly text: string;
}

/** Is a function of a script, ready to travel. */
export interface FunctionCode {
  readonly text: string;
  readonly form: "expression" | "method" | "getter" | "setter";
  readonly line: number;
  readonly column: number;
  readonly source: string;
  readonly analysis: FunctionAnalysis;
  /** Undefined when the function is no class. */
  readonly members: readonly ClassMember[] | undefined;
  /** Whether the class has private elements in its instances. */
  readonly hasPrivates: boolean;
  readonly hasHeritage: boolean;
  /** A declared function's own name, which inside it means the variable around it. */
  readonly declaredName: string | undefined;
  /** Whether a member's `super` needs an object. */
  readonly usesSuper: boolean;
  /** What `import` of `import()` was replaced by, since it must resolve from the user's file; undefined without any. */
  readonly importName: string | undefined;
}

/** Says in a phrase why a function cannot travel. */
export interface UnusableCode {
  readonly reason: string;
}

/** Makes the code of the function at a site. */
export function codeOf(parsed: ParsedScript, site: FunctionSite, source: string): FunctionCode | UnusableCode {
  const { root } = site.parsed;
  return isClassNode(root) ? classCode(parsed, root, source) : functionCode(parsed, site, source);
}

function functionCode(parsed: ParsedScript, site: FunctionSite, source: string): FunctionCode | UnusableCode {
  const { root, kind } = site.parsed;
  const analysis = parsed.analysisOf(site);
  if (!isAnalyzed(analysis)) return { reason: "whose source cannot be read" };
  const form = kind === "method" || kind === "getter" || kind === "setter" ? kind : "expression";
  const { line, column } = parsed.positionOf(root.start);
  const text = source.slice(root.start, root.end);
  const imports = importName(text, analysis);
  return {
    text: withImports(text, analysis, root.start, imports),
    importName: imports,
    form,
    line,
    column,
    source: source.slice(root.start, root.end),
    analysis,
    members: undefined,
    hasPrivates: false,
    hasHeritage: false,
    declaredName: root.type === "FunctionDeclaration" ? root.id?.name : undefined,
    usesSuper: analysis.uses.ownSuper.length > 0,
  };
}

function classCode(parsed: ParsedScript, root: ClassNode, source: string): FunctionCode | UnusableCode {
  const { start, end } = root;
  const edits: [start: number, end: number, text: string][] = [];
  const members: ClassMember[] = [];
  let hasPrivates = false;
  const heritage = root.superClass ?? undefined;
  const isNull = heritage?.type === "Literal" && heritage.value === null;
  if (heritage !== undefined && !isNull) {
    edits.push([heritage.start, heritage.end, blankWith(source.slice(heritage.start, heritage.end), HERITAGE_NAME)]);
  }
  for (const member of root.body.body) {
    if (member.type === "StaticBlock") {
      edits.push([member.start, member.end, blankWith(source.slice(member.start, member.end), "")]);
      continue;
    }
    const isPrivate = member.key.type === "PrivateIdentifier";
    if (member.type === "PropertyDefinition" && member.static) {
      if (isPrivate) return { reason: "with a static private field, whose value nothing outside can read" };
      // The semicolon keeps the member before from running into the next one.
      edits.push([member.start, member.end, blankWith(source.slice(member.start, member.end), ";")]);
      continue;
    }
    const key = member.computed ? computedKey(member.key) : literalKey(member.key);
    if (key === undefined) {
      if (member.type !== "MethodDefinition") return { reason: "with a field whose key is computed" };
      // A key is not computed twice: the method travels as what it is now, a property of the class or its prototype.
      edits.push([member.start, member.end, blankWith(source.slice(member.start, member.end), ";")]);
      continue;
    }
    if (isPrivate && !member.static) hasPrivates = true;
    if (member.type !== "MethodDefinition" || isPrivate || member.kind === "constructor") continue;
    const part = member.kind === "get" ? "get" : member.kind === "set" ? "set" : "value";
    const text = source.slice(member.start, member.end);
    members.push({
      key,
      isStatic: member.static,
      part,
      text: member.static ? text.replace(/^static\b/, "").trimStart() : text,
    });
  }
  const text = applyEdits(source.slice(start, end), start, edits);
  const analysis = analyzeFunctionText(text, "strict");
  if (!isAnalyzed(analysis)) return { reason: "whose source cannot be read" };
  const imports = importName(text, analysis);
  return {
    text: withImports(text, analysis, 0, imports),
    importName: imports,
    form: "expression",
    ...parsed.positionOf(start),
    source: source.slice(start, end),
    analysis,
    members,
    hasPrivates,
    hasHeritage: heritage !== undefined && !isNull,
    declaredName: undefined,
    usesSuper: false,
  };
}

/** Gives a computed key that is the same everywhere: a literal, or a well-known symbol. */
function computedKey(key: AnyNode): string | symbol | undefined {
  const constant = constantKey(key);
  if (constant !== undefined) return constant;
  if (key.type !== "MemberExpression" || key.computed || key.object.type !== "Identifier") return undefined;
  if (key.object.name !== "Symbol" || key.property.type !== "Identifier") return undefined;
  const symbol: unknown = Object.getOwnPropertyDescriptor(Symbol, key.property.name)?.value;
  return typeof symbol === "symbol" ? symbol : undefined;
}

/** Gives a name as long as `import` that the text does not have. */
function importName(text: string, analysis: FunctionAnalysis): string | undefined {
  if (analysis.uses.dynamicImport.length === 0) return undefined;
  const names = ["$$mprt", "$mport", "_mport", "$impor", "_impor", "imp_rt"];
  return names.find((name) => !text.includes(name));
}

function withImports(text: string, analysis: FunctionAnalysis, offset: number, name: string | undefined): string {
  if (name === undefined) return text;
  const edits = analysis.uses.dynamicImport.map(({ offset: start }) => [start, start + name.length, name] as const);
  return applyEdits(text, offset, edits);
}

/** Puts a text where another stood, and spaces for the rest of it, lines kept. */
function blankWith(old: string, text: string): string {
  const blank = old.replace(/[^\n\r\u2028\u2029]/g, " ");
  return blank.length >= text.length && !/[\n\r\u2028\u2029]/.test(blank.slice(0, text.length))
    ? text + blank.slice(text.length)
    : text + blank;
}

function applyEdits(text: string, offset: number, edits: readonly (readonly [number, number, string])[]): string {
  let result = "";
  let position = 0;
  for (const [start, end, replacement] of [...edits].sort(([left], [right]) => left - right)) {
    result += text.slice(position, start - offset) + replacement;
    position = end - offset;
  }
  return result + text.slice(position);
}

/** Blanks the name of a declared function, whose own name means something else by now. */
export function withoutName(text: string, name: string): string {
  const match = /^(?:async\b)?\s*function\s*\*?\s*/.exec(text);
  if (match === null || !text.startsWith(name, match[0].length)) return text;
  return match[0] + " ".repeat(name.length) + text.slice(match[0].length + name.length);
}
