/** Knows the scripts that captured functions came from: each is read and parsed once. */
import type { HostScripts, InspectedScript, InspectionSession } from "@millrace/core";
import type { ImportDeclaration, VariableDeclarator } from "acorn";
import { type ParsedScript, parseWholeScript } from "../script-source.js";
import { type AnyNode, isFunctionNode, partsOf } from "../syntax.js";
import { DecodedSourceMap } from "./source-map.js";

/** How many scripts are kept: more than programs have, at the size of their text and its tree each. */
const MAX_SCRIPTS = 256;

/** Whose code a script is; `"hidden"` for one that the engine does not show. */
export type ScriptOrigin = "user" | "package" | "host" | "millrace" | "hidden";

/** Is one import of a script: under which name it stands there, and what it names. */
export interface ScriptImport {
  readonly local: string;
  readonly specifier: string;
  /** `"*"` for everything. */
  readonly imported: string;
  /** Whether it came by `require`. */
  readonly isRequired: boolean;
}

/** Holds a script that is known. */
export interface KnownScript {
  readonly script: InspectedScript;
  readonly origin: ScriptOrigin;
  /** Undefined when the text cannot be parsed, or is not the user's. */
  readonly parsed: ParsedScript | undefined;
  readonly imports: readonly ScriptImport[];
}

/** Packages of Millrace itself, which go by reference wherever they lie. */
export const MILLRACE_SPECIFIER = /^(?:@millrace\/|millrace$|millrace\/)/;

/** Where they lie when they are installed. */
const MILLRACE_FOLDER = /[\\/]node_modules[\\/](?:@millrace[\\/]|millrace[\\/])[^\\/]/;

/** Reads and keeps scripts. */
export class ScriptTable {
  readonly #scripts = new Map<string, KnownScript>();
  readonly #sourceMaps = new WeakMap<KnownScript, DecodedSourceMap | undefined>();
  readonly #host: HostScripts;
  /** Where Millrace's packages lie, found through what scripts import. */
  readonly #millraceFolders = new Set<string>();

  constructor(host: HostScripts) {
    this.#host = host;
  }

  get(scriptId: string, session: InspectionSession): KnownScript {
    let known = this.#scripts.get(scriptId);
    if (known === undefined) {
      const script = session.script(scriptId);
      known = script === undefined ? hiddenScript(scriptId) : this.#read(script);
      if (this.#scripts.size >= MAX_SCRIPTS) this.#scripts.delete(this.#scripts.keys().next().value!);
      this.#scripts.set(scriptId, known);
    }
    return known;
  }

  /** Gives the source map of a script of the user's, which is read when it is first asked for. */
  sourceMapOf(known: KnownScript): DecodedSourceMap | undefined {
    if (!this.#sourceMaps.has(known)) {
      const { url, sourceMapUrl } = known.script;
      const found = this.#host.readSourceMap(sourceMapUrl, url);
      this.#sourceMaps.set(known, found === undefined ? undefined : DecodedSourceMap.of(found.text, found.url));
    }
    return this.#sourceMaps.get(known);
  }

  /** Tells whether an import goes by reference. */
  isReference(specifier: string, fromUrl: string): boolean {
    if (MILLRACE_SPECIFIER.test(specifier) || this.#host.isHostModule(specifier)) return true;
    if (/^[./]/.test(specifier) && !specifier.includes("node_modules")) return false;
    const url = specifier.startsWith("file:") ? specifier : this.#host.resolve(specifier, fromUrl);
    return url !== undefined && isPackageUrl(this.#host.realUrl(url));
  }

  #read(script: InspectedScript): KnownScript {
    let origin = this.#originOf(script.url);
    const nothing = { script, parsed: undefined, imports: [] };
    if (origin === "package" || origin === "host") return { ...nothing, origin };
    const parsed = parseWholeScript(script.source, script.isModule ? "module" : "script");
    if (parsed.kind === "unparsable") return { ...nothing, origin };
    const imports = importsOf(parsed);
    for (const { specifier } of imports) this.#noteMillrace(specifier, script.url);
    origin = this.#originOf(script.url);
    return { script, origin, parsed, imports };
  }

  #originOf(url: string): ScriptOrigin {
    if (url.startsWith("node:")) return "host";
    const real = this.#host.realUrl(url);
    if (MILLRACE_FOLDER.test(real)) return "millrace";
    if (isPackageUrl(real)) return "package";
    const href = real.startsWith("/") ? `file://${real}` : real;
    for (const folder of this.#millraceFolders) if (href.startsWith(folder)) return "millrace";
    return "user";
  }

  #noteMillrace(specifier: string, fromUrl: string): void {
    if (!MILLRACE_SPECIFIER.test(specifier)) return;
    const url = this.#host.resolve(specifier, fromUrl);
    if (url !== undefined) this.#millraceFolders.add(this.#host.realUrl(url).replace(/[^/]*$/, ""));
  }
}

function hiddenScript(scriptId: string): KnownScript {
  const script = { scriptId, url: "", source: "", isModule: false, lineOffset: 0, columnOffset: 0, sourceMapUrl: "" };
  return { script, origin: "hidden", parsed: undefined, imports: [] };
}

/** Tells whether a URL or path is that of a file of a package. */
export function isPackageUrl(url: string): boolean {
  return url.includes("/node_modules/") || url.includes("\\node_modules\\");
}

function importsOf({ program }: ParsedScript): ScriptImport[] {
  const imports: ScriptImport[] = [];
  for (const statement of program.body) {
    if (statement.type === "ImportDeclaration") addImport(statement, imports);
  }
  addRequired(program, imports);
  return imports;
}

function addImport({ source, specifiers }: ImportDeclaration, imports: ScriptImport[]): void {
  const specifier = String(source.value);
  for (const each of specifiers) {
    const imported =
      each.type === "ImportDefaultSpecifier"
        ? "default"
        : each.type === "ImportNamespaceSpecifier"
          ? "*"
          : each.imported.type === "Identifier"
            ? each.imported.name
            : String(each.imported.value);
    imports.push({ local: each.local.name, specifier, imported, isRequired: false });
  }
}

/** Finds `const x = require("y")` and its wrappings, and what test runners make of an import: `await load("y")`. */
function addRequired(node: AnyNode, imports: ScriptImport[]): void {
  if (node.type === "VariableDeclarator" && node.init) {
    const found = loadIn(node.init);
    if (found !== undefined) imports.push({ local: localNameOf(node), imported: "*", ...found });
  } else if (node.type === "AssignmentExpression" && node.left.type === "Identifier") {
    const found = loadIn(node.right);
    if (found !== undefined) imports.push({ local: node.left.name, imported: "*", ...found });
  }
  for (const part of partsOf(node)) if (!isFunctionNode(part) || isWrapper(part)) addRequired(part, imports);
}

/** Test runners and bundlers put a module into a function; deeper ones hold no imports of the module. */
function isWrapper(node: AnyNode): boolean {
  return isFunctionNode(node) && node.start < MAX_WRAPPER_OFFSET;
}

const MAX_WRAPPER_OFFSET = 2_000;

function localNameOf({ id }: VariableDeclarator): string {
  return id.type === "Identifier" ? id.name : "";
}

function loadIn(node: AnyNode): { specifier: string; isRequired: boolean } | undefined {
  const inner = node.type === "AwaitExpression" ? node.argument : node;
  if (inner.type !== "CallExpression") return undefined;
  const [argument] = inner.arguments;
  if (inner.callee.type === "Identifier" && argument?.type === "Literal" && typeof argument.value === "string") {
    const { name } = inner.callee;
    if (name === "require") return { specifier: argument.value, isRequired: true };
    if (name.startsWith("__vi_") || name.startsWith("__vite_")) return { specifier: argument.value, isRequired: false };
    return undefined;
  }
  // An interop helper around it: `__importStar(require("y"))`.
  for (const each of inner.arguments) {
    const found = each.type === "SpreadElement" ? undefined : loadIn(each);
    if (found !== undefined) return found;
  }
  return undefined;
}
