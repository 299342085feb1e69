/**
 * Recognises what belongs to packages, Node.js and Millrace: by identity among the exports of what the user's files import.
 *
 * Of each import the value itself and its direct members are noted when its script is first seen; the members of those only when
 * something of a package is met that is not known, since packages have thousands.
 */
import type { HostScripts, InspectedFunction, InspectedScript, InspectionSession } from "@millrace/core";
import { type ParsedScript, parseWholeScript } from "../script-source.js";
import { isObject } from "./built-ins.js";
import { type KnownScript, MILLRACE_SPECIFIER, type ScriptTable } from "./script-table.js";

/** Says how a thing of a package is reached again. */
export interface PackageReference {
  readonly specifier: string;
  readonly from: string;
  readonly path: readonly string[];
  readonly isRequired: boolean;
}

const EAGER_DEPTH = 1;
const FULL_DEPTH = 4;
/** Bounds what is looked at of one import: more than any package exports. */
const MAX_ENTRIES = 20_000;

/** Holds the things of packages that one capture has met. */
export class PackageReferences {
  readonly #references = new Map<object, PackageReference>();
  readonly #roots: [value: object, reference: PackageReference][] = [];
  readonly #seenScripts = new Set<string>();
  readonly #host: HostScripts;
  readonly #scripts: ScriptTable;
  readonly #session: InspectionSession;
  #numDeep = 0;

  constructor(host: HostScripts, scripts: ScriptTable, session: InspectionSession) {
    this.#host = host;
    this.#scripts = scripts;
    this.#session = session;
  }

  /** Notes the imports of a script, whose values are read through one of its functions. */
  noteScript(known: KnownScript, inspected: InspectedFunction): void {
    const { scriptId, url } = known.script;
    if (this.#seenScripts.has(scriptId)) return;
    this.#seenScripts.add(scriptId);
    const wanted = known.imports.filter(({ specifier }) => this.#scripts.isReference(specifier, url));
    if (wanted.length === 0) return;
    const locals = wanted.map(({ local }) => local).filter((local) => local !== "");
    const values = new Map<string, unknown>();
    for (const scope of inspected.scopes) {
      if (scope.kind !== "module" && scope.kind !== "script" && scope.kind !== "closure") continue;
      for (const [name, { value }] of scope.read(locals)) values.set(name, value);
    }
    for (const { local, specifier, imported, isRequired } of wanted) {
      const path = imported === "*" ? [] : [imported];
      const loaded =
        isRequired || this.#host.isHostModule(specifier) ? this.#host.loadedModule(specifier, url) : undefined;
      if (isRequired) this.#noteRoot(loaded, { specifier, from: url, path: [], isRequired });
      else {
        if (isObject(loaded)) this.#noteRoot(loaded, { specifier, from: url, path: ["default"], isRequired });
        this.#noteRoot(values.get(local), { specifier, from: url, path, isRequired });
      }
    }
  }

  /**
   * Notes the exports of a package's own file, for functions that no file of the user's is known to import: the program may hand one over
   * as it is. The worker loads that file.
   */
  noteFile({ url, source, isModule }: InspectedScript, inspected: InspectedFunction): void {
    if (!isModule) {
      const exported = this.#host.loadedModule(url, url);
      this.#noteRoot(exported, { specifier: url, from: url, path: ["default"], isRequired: false });
      return;
    }
    const parsed = parseWholeScript(source, "module");
    if (parsed.kind === "unparsable") return;
    const exported = exportsOf(parsed);
    for (const scope of inspected.scopes) {
      if (scope.kind !== "module") continue;
      for (const [local, { value }] of scope.read([...exported.keys()])) {
        this.#noteRoot(value, { specifier: url, from: url, path: [exported.get(local)!], isRequired: false });
      }
    }
  }

  find(value: object): PackageReference | undefined {
    return this.#references.get(value);
  }

  /** Looks deeper, for something that is certainly a package's. */
  findDeep(value: object): PackageReference | undefined {
    for (; this.#numDeep < this.#roots.length; this.#numDeep++) {
      const [root, reference] = this.#roots[this.#numDeep]!;
      this.#walk(root, reference, FULL_DEPTH);
    }
    return this.#references.get(value);
  }

  /** Tells whether something is Millrace's, whose classes the user's may extend. */
  isMillrace(value: object): boolean {
    const reference = this.#references.get(value);
    return reference !== undefined && MILLRACE_SPECIFIER.test(reference.specifier);
  }

  #noteRoot(value: unknown, reference: PackageReference): void {
    if (!isObject(value)) return;
    this.#roots.push([value, reference]);
    this.#walk(value, reference, EAGER_DEPTH + (typeof value === "function" ? 1 : 0));
  }

  #walk(root: object, reference: PackageReference, depth: number): void {
    const queue: [object, PackageReference][] = [[root, reference]];
    const walked = new Set<object>();
    for (let index = 0; index < queue.length && index < MAX_ENTRIES; index++) {
      const [value, at] = queue[index]!;
      if (walked.has(value)) continue;
      walked.add(value);
      if (!this.#references.has(value)) this.#references.set(value, at);
      if (at.path.length - reference.path.length >= depth || value === globalThis) continue;
      if (this.#session.isProxy(value)) continue;
      for (const key of Object.getOwnPropertyNames(value)) {
        const member = ownValueOf(value, key);
        if (isObject(member)) queue.push([member, { ...at, path: [...at.path, key] }]);
      }
    }
  }
}

function ownValueOf(holder: object, key: string): unknown {
  try {
    return Object.getOwnPropertyDescriptor(holder, key)?.value;
  } catch {
    // An export of a module that is not initialized yet.
    return undefined;
  }
}

/** Gives what a module exports of its own, by the names that it has inside. */
function exportsOf({ program }: ParsedScript): Map<string, string> {
  const exported = new Map<string, string>();
  for (const statement of program.body) {
    if (statement.type === "ExportDefaultDeclaration") {
      const { declaration } = statement;
      if ("id" in declaration && declaration.id) exported.set(declaration.id.name, "default");
    }
    if (statement.type !== "ExportNamedDeclaration" || statement.source) continue;
    for (const { local, exported: name } of statement.specifiers) {
      if (local.type === "Identifier")
        exported.set(local.name, name.type === "Identifier" ? name.name : String(name.value));
    }
    const { declaration } = statement;
    if (declaration?.type === "VariableDeclaration") {
      for (const { id } of declaration.declarations) if (id.type === "Identifier") exported.set(id.name, id.name);
    } else if (declaration?.id) exported.set(declaration.id.name, declaration.id.name);
  }
  return exported;
}
