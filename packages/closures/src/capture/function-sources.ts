/** Finds the code of functions: whose it is, where it stands in its script, and what travels of it. */
import { brandOf, type InspectedFunction } from "@millrace/core";
import type { FunctionSite } from "../script-source.js";
import type { Capture } from "./capture.js";
import { codeOf, type FunctionCode } from "./code.js";
import { type CapturePath, FIXES } from "./refusal.js";
import type { KnownScript, ScriptOrigin } from "./script-table.js";

/** Whose code a function is. */
export type FunctionOrigin = ScriptOrigin | "native";

/** A function of the user's and what its script tells of it. Its scopes can be read until the session is released. */
export interface FunctionSource {
  readonly inspected: InspectedFunction;
  readonly known: KnownScript;
  readonly site: FunctionSite;
  readonly code: FunctionCode;
}

/** The codes of the functions of a script, kept as long as its parsed form. */
const codes = new WeakMap<FunctionSite, FunctionCode>();

/** Functions that are not the program's, which takes long to find out and never changes. */
const foreignFunctions = new WeakSet<object>();

/** Looks functions up for one capture. */
export class FunctionSources {
  readonly #run: Capture;
  readonly #origins = new Map<object, FunctionOrigin>();

  constructor(run: Capture) {
    this.#run = run;
  }

  /** Gives the script of a function that was inspected. */
  scriptOf({ scriptId }: InspectedFunction): KnownScript {
    return this.#run.tools.scripts.get(scriptId, this.#run.session);
  }

  /** Gives the code of a function of the user's. */
  of(value: object, inspected: InspectedFunction, path: CapturePath): FunctionSource {
    const known = this.scriptOf(inspected);
    const { parsed, script } = known;
    if (parsed === undefined) return this.#run.refuse(path, "a function whose script cannot be read", FIXES.inline);
    const site = siteOf(inspected, known);
    if (site === undefined) return this.#run.refuse(path, "a function that is not where its script says", FIXES.inline);
    let code = codes.get(site);
    if (code === undefined) {
      const made = codeOf(parsed, site, script.source);
      if ("reason" in made) return this.#run.refuse(path, `a function or class ${made.reason}`, FIXES.inline);
      code = made;
      codes.set(site, code);
    }
    if (!Function.prototype.toString.call(value).endsWith(code.source)) {
      return this.#run.refuse(path, "a function that is not where its script says", FIXES.inline);
    }
    return { inspected, known, site, code };
  }

  /** Inspects a function and hands its code to `use`, while its scopes can be read. */
  with<T>(value: object, path: CapturePath, use: (source: FunctionSource) => T): T {
    try {
      return use(this.of(value, this.#run.session.inspect(value)!, path));
    } finally {
      this.#run.session.release();
    }
  }

  /** Tells whose code a function is. */
  originOf(value: object): FunctionOrigin {
    let origin = this.#origins.get(value);
    if (origin === undefined) {
      origin = this.#readOrigin(value);
      this.#origins.set(value, origin);
    }
    return origin;
  }

  /** Tells whether a function stands in a file of the user's, wherever it was put. */
  isOfProgram(value: object): boolean {
    if (foreignFunctions.has(value)) return false;
    const isOfProgram = this.#isWritten(value);
    if (!isOfProgram) foreignFunctions.add(value);
    return isOfProgram;
  }

  #isWritten(value: object): boolean {
    try {
      const inspected = this.#run.session.inspect(value);
      return inspected !== undefined && this.scriptOf(inspected).origin === "user";
    } finally {
      this.#run.session.release();
    }
  }

  #readOrigin(value: object): FunctionOrigin {
    if (brandOf(value) !== undefined || this.#run.packages.isMillrace(value)) return "millrace";
    const reference = this.#run.packages.find(value);
    if (reference !== undefined) return this.#run.tools.host.isHostModule(reference.specifier) ? "host" : "package";
    if (this.#run.session.kindOf(value) !== "function") return "native";
    try {
      const inspected = this.#run.session.inspect(value);
      if (inspected === undefined) return "native";
      const known = this.scriptOf(inspected);
      if (known.origin === "package" || known.origin === "host" || known.origin === "hidden") return known.origin;
      this.#run.packages.noteScript(known, inspected);
      const isExported = known.origin === "millrace" && this.#run.packages.findDeep(value) !== undefined;
      return isExported ? "millrace" : "user";
    } finally {
      this.#run.session.release();
    }
  }
}

/** Finds the function that stands where the inspector says, which counts from where the script begins in its file. */
export function siteOf(inspected: InspectedFunction, { parsed, script }: KnownScript): FunctionSite | undefined {
  const line = inspected.line - script.lineOffset;
  const column = line === 1 ? inspected.column - script.columnOffset : inspected.column;
  return parsed?.siteAt(line, column);
}
