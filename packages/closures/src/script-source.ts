/**
 * Finds functions in a whole script by position, which tells more than their text alone: strict mode is certain, and so
 * is whether a function's own name is its own or a variable around it.
 */
import { type MethodDefinition, type Program, parse } from "acorn";
import type { SourceAnalysis, SourcePosition, UnparsableAnalysis } from "./analysis.js";
import { analyzeParsedFunction } from "./analyze-function-text.js";
import {
  functionShape,
  LENIENT_OPTIONS,
  type ParsedFunction,
  parseFailureOf,
  type SelfName,
  strictnessOf,
  unparsable,
} from "./function-text.js";
import { LineTable } from "./line-table.js";
import { type AnyNode, isClassNode, partsOf, startsWithUseStrict } from "./syntax.js";

/** A function of the script, and where its head stands: everything up to the first character of its body. */
export interface FunctionSite {
  /** The function, class or member itself; its `parsed.root` is the function that a member holds. */
  readonly node: AnyNode;
  readonly parsed: ParsedFunction;
  readonly start: number;
  readonly bodyStart: number;
}

/**
 * Parses a whole script, once for all functions in it. Never throws.
 *
 * @param goal - how the script was loaded: a module is strict and may `await` at its top; `"script"` covers CommonJS too
 * @beta
 */
export function parseScript(source: string, goal: "module" | "script"): ScriptSource | UnparsableAnalysis {
  return parseWholeScript(source, goal);
}

/** Parses a whole script, for the rest of this package. */
export function parseWholeScript(source: string, goal: "module" | "script"): ParsedScript | UnparsableAnalysis {
  try {
    const sourceType = goal === "module" ? "module" : "commonjs";
    return new ParsedScript(source, parse(source, { ...LENIENT_OPTIONS, sourceType }));
  } catch (error) {
    return unparsable(source, parseFailureOf(error, 0));
  }
}

/** Is a parsed script that analyzes its functions on demand. Made by {@link parseScript}. @beta */
export interface ScriptSource {
  /** Tells a parsed script from one that could not be parsed. */
  readonly kind: "script";

  /**
   * Analyzes the innermost function whose head holds a position: the first character of its text, its parameter list,
   * the first character of its body, or anything between. The head of a constructor stands for its class. Positions in
   * the result are those of the script.
   *
   * @param line - counts from 1
   * @param column - counts from 1
   * @returns undefined when no function's head is there
   */
  functionAt(line: number, column: number): SourceAnalysis | undefined;
}

/** Is a parsed script, for the rest of this package. */
export class ParsedScript implements ScriptSource {
  readonly kind = "script";
  readonly program: Program;
  readonly #text: string;
  readonly #lines: LineTable;
  /** In order of their start, so that of two that hold a position the later one is the inner one. */
  readonly #sites: readonly FunctionSite[];
  readonly #analyses = new Map<FunctionSite, SourceAnalysis>();

  constructor(text: string, program: Program) {
    this.program = program;
    this.#text = text;
    this.#lines = new LineTable(text);
    const sites: FunctionSite[] = [];
    const isStrict = program.sourceType === "module" || startsWithUseStrict(program.body);
    collectSites(program, isStrict, this.#lines, sites);
    this.#sites = sites.sort((left, right) => left.start - right.start);
  }

  functionAt(line: number, column: number): SourceAnalysis | undefined {
    const site = this.siteAt(line, column);
    return site === undefined ? undefined : this.analysisOf(site);
  }

  /** Finds the innermost function whose head holds a position. */
  siteAt(line: number, column: number): FunctionSite | undefined {
    const offset = this.#lines.offset(line, column);
    if (offset === undefined) return undefined;
    return this.#lastSite((each) => each.start <= offset && offset <= each.bodyStart, offset);
  }

  /** Gives line and column of a character. */
  positionOf(offset: number): SourcePosition {
    return this.#lines.position(offset);
  }

  analysisOf(site: FunctionSite): SourceAnalysis {
    let analysis = this.#analyses.get(site);
    if (analysis === undefined) {
      analysis = this.#analyze(site);
      this.#analyses.set(site, analysis);
    }
    return analysis;
  }

  #lastSite(matches: (site: FunctionSite) => boolean, offset: number): FunctionSite | undefined {
    // Sites are in order of their start: those behind the position cannot hold it.
    let low = 0;
    let high = this.#sites.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sites[middle]!.start <= offset) low = middle + 1;
      else high = middle;
    }
    for (let index = low - 1; index >= 0; index--) if (matches(this.#sites[index]!)) return this.#sites[index];
    return undefined;
  }

  #analyze(site: FunctionSite): SourceAnalysis {
    try {
      return analyzeParsedFunction(site.parsed);
    } catch (error) {
      return unparsable(this.#text, parseFailureOf(error, 0));
    }
  }
}

function collectSites(node: AnyNode, isStrict: boolean, lines: LineTable, sites: FunctionSite[]): void {
  const shape = functionShape(node);
  if (shape === undefined) {
    collectFromParts(node, isStrict, lines, sites);
    return;
  }
  const { root } = shape;
  const strictness = strictnessOf(root, isStrict ? "strict" : "sloppy");
  const parsed: ParsedFunction = { ...shape, strictness, selfName: selfNameOf(node), nodeOffset: 0, lines };
  sites.push({ node, parsed, start: node.start, bodyStart: root.body.start });
  for (const maker of isClassNode(root) ? root.body.body : []) {
    if (!isConstructor(maker)) continue;
    sites.push({ node, parsed, start: maker.start, bodyStart: maker.value.body.start });
  }
  // A member holds its function as a value, which is no second function.
  if (root !== node && "key" in node) collectSites(node.key, isStrict, lines, sites);
  collectFromParts(root, strictness === "strict", lines, sites);
}

function collectFromParts(node: AnyNode, isStrict: boolean, lines: LineTable, sites: FunctionSite[]): void {
  for (const part of partsOf(node)) {
    if (isConstructor(part)) collectFromParts(part.value, isStrict, lines, sites);
    else collectSites(part, isStrict, lines, sites);
  }
}

function isConstructor(node: AnyNode): node is MethodDefinition {
  return node.type === "MethodDefinition" && node.kind === "constructor";
}

function selfNameOf(node: AnyNode): SelfName {
  return node.type === "FunctionDeclaration" ? "captured" : "binding";
}
