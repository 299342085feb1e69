/**
 * Reads what the free names of a function stand for: scope by scope from the inside, then on the global object. Of module objects only
 * the members that the text names are taken, since the rest of a module is nobody's business.
 */
import type { InspectedScope } from "@millrace/core";
import type { FunctionAnalysis } from "../analysis.js";
import { BUILT_IN_GLOBALS, isBuiltInCode, isObject, KNOWN_BY_NAME } from "./built-ins.js";
import type { Capture } from "./capture.js";
import { type FunctionCode, HERITAGE_NAME } from "./code.js";
import type { FunctionSource, FunctionSources } from "./function-sources.js";
import { isSurelyInitialized } from "./initialization.js";
import { processObject, usesProcessSettings } from "./process-parts.js";
import { below, type CapturePath, FIXES } from "./refusal.js";
import type { Change } from "./replaced-built-ins.js";
import { ALL_ATTRIBUTES, type WireProperty, type WireValue } from "./wire.js";

/** Variables that hold a module, of which only what is named is taken. */
export const MODULE_VARIABLE = /^(?:import_|__vi(?:te)?_|exports$|module$)/;

/** Those of them that test runners make, which may be wrapped into a Proxy. */
const RUNNER_VARIABLE = /^__vi(?:te)?_/;

/** Reads variables for one capture. */
export class CapturedVariables {
  readonly #run: Capture;
  readonly #sources: FunctionSources;

  constructor(run: Capture, sources: FunctionSources) {
    this.#run = run;
    this.#sources = sources;
  }

  /** Gives the values of those free names that are no built-ins. */
  read(value: object, { code, inspected, known, site }: FunctionSource, path: CapturePath): Map<string, unknown> {
    const found = new Map<string, unknown>();
    let pending = code.analysis.freeNames.map(({ name }) => name);
    if (code.hasHeritage) {
      found.set(HERITAGE_NAME, Object.getPrototypeOf(value));
      pending = pending.filter((name) => name !== HERITAGE_NAME);
    }
    for (const scope of inspected.scopes) {
      if (pending.length === 0 || scope.kind === "global") break;
      if (scope.kind === "with") this.#run.refuse(path, "a function inside of a with statement", FIXES.parameter);
      const variables = scope.read(pending);
      for (const [name, variable] of variables) {
        if (variable.isUninitialized === true) {
          this.#run.refuse(
            below(path, name),
            "a variable that is not yet initialized",
            "Start the job after the line that declares it.",
          );
        }
        if (variable.isUninitialized === "maybe" && !isSurelyInitialized(name, site, known.parsed!.program, scope)) {
          this.#run.refuse(
            below(path, name),
            "a variable that is not yet initialized, or holds undefined, which this version of Node.js does not tell apart",
            "Declare it above the function, give it null, or use Node.js 22 or later; if it has no value yet, start the job after the line that declares it.",
          );
        }
        found.set(name, variable.value);
      }
      pending = pending.filter((name) => !variables.has(name));
    }
    const globals = inspected.scopes.find(({ kind }) => kind === "global");
    for (const name of pending) this.#global(name, code.analysis, found, globals, path);
    return found;
  }

  /** A name in no scope: a built-in stays a name, what the program put on the global object is captured. */
  #global(
    name: string,
    analysis: FunctionAnalysis,
    found: Map<string, unknown>,
    globals: InspectedScope | undefined,
    path: CapturePath,
  ): void {
    if (BUILT_IN_GLOBALS.has(name)) {
      const { members } = analysis.freeNames.find((free) => free.name === name)!;
      this.#checkBuiltIn(name, members, path);
      const isGlobalObject = name === "globalThis" || name === "global";
      if (isGlobalObject && members !== "whole" && members.some(isOfJob)) found.set(name, globalThis);
      const process = name === "process" && usesProcessSettings(members) ? processObject() : undefined;
      if (process !== undefined && !this.#run.isSettingUp) found.set(name, process);
      return;
    }
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
    if (descriptor === undefined) {
      if (globals?.read([name]).has(name))
        this.#run.refuse(below(path, name), "a global of another realm", FIXES.parameter);
      // A name that exists nowhere throws a ReferenceError here as there.
      return;
    }
    if (!("value" in descriptor))
      this.#run.refuse(below(path, name), "a global that is read by a getter", FIXES.parameter);
    found.set(name, descriptor.value);
  }

  #checkBuiltIn(name: string, members: readonly string[] | "whole", path: CapturePath): void {
    if (this.#run.isSettingUp) return;
    const isGlobalObject = name === "globalThis" || name === "global";
    if (isGlobalObject && members === "whole")
      this.#run.refuse(below(path, name), "the global object as a whole", FIXES.symbolic);
    const named = isGlobalObject && members !== "whole" ? members.map((member) => [member, "whole"] as const) : [];
    for (const [each, ofIt] of [[name, members] as const, ...named]) {
      const change = this.#run.replaced.ofGlobal(each, ofIt) ?? this.#replacedOf(each, ofIt);
      if (change === undefined) continue;
      const what = `the built-in ${change.path}, which the program has ${change.how}`;
      this.#run.refuse(below(path, name), what, FIXES.setUp);
    }
  }

  /** Finds what the table of built-ins does not have: functions of the program's own in the place of the host's. */
  #replacedOf(name: string, members: readonly string[] | "whole"): Change | undefined {
    if (this.#isReplaced(name)) return { path: name, how: "replaced" };
    if (!KNOWN_BY_NAME.has(name)) return undefined;
    const holder: unknown =
      name === "process" ? processObject() : Object.getOwnPropertyDescriptor(globalThis, name)?.value;
    if (!isObject(holder) || this.#run.session.isProxy(holder)) return undefined;
    const member = (members === "whole" ? Object.getOwnPropertyNames(holder) : members).find((each) => {
      const value: unknown = Object.getOwnPropertyDescriptor(holder, each)?.value;
      return typeof value === "function" && !isBuiltInCode(value) && this.#sources.isOfProgram(value);
    });
    return member === undefined ? undefined : { path: `${name}.${member}`, how: "replaced" };
  }

  /** Globals of the host that are not there from the start are known by whose code they are. */
  #isReplaced(name: string): boolean {
    if (!BUILT_IN_GLOBALS.has(name)) return false;
    const value: unknown = Object.getOwnPropertyDescriptor(globalThis, name)?.value;
    const origin = typeof value === "function" ? this.#sources.originOf(value) : "host";
    return origin === "user" || origin === "package";
  }

  /** What code reads of the global object: what the program put there travels, built-ins are those of the worker. */
  #globalView(members: readonly string[], path: CapturePath): WireValue {
    const process = members.includes("process") ? processObject() : undefined;
    const ofJob: WireProperty[] =
      process === undefined ? [] : [["process", ALL_ATTRIBUTES, this.#run.value(process, below(path, "process"))]];
    const properties = members.filter(isOfProgram).map((member): WireProperty => {
      if (!("value" in Object.getOwnPropertyDescriptor(globalThis, member)!))
        this.#run.refuse(below(path, member), "a global that is read by a getter", FIXES.parameter);
      return this.#run.property(globalThis, member, path);
    });
    return this.#run.addNode({
      type: "globalView",
      names: members.filter((member) => !isOfJob(member)),
      properties: [...properties, ...ofJob],
    });
  }

  /** Gives what travels for a variable. */
  wireOf(name: string, value: unknown, code: FunctionCode, path: CapturePath): WireValue {
    const members = code.analysis.freeNames.find((free) => free.name === name)?.members ?? "whole";
    if (value === globalThis && members !== "whole") return this.#globalView(members, path);
    const isModule =
      members !== "whole" && typeof value === "object" && value !== null && this.#isModuleObject(name, value);
    const isOfPackage = isObject(value) && this.#run.packages.find(value) !== undefined;
    const isReadable = isObject(value) && !this.#run.session.isProxy(value);
    const ofProcess = isReadable ? this.#run.processModule(value) : undefined;
    if (ofProcess !== undefined) return ofProcess;
    if (isOfPackage && members !== "whole") return this.#run.packageValue(value, members, path);
    if (!isModule || isOfPackage) return this.#run.value(value, path);
    const properties: WireProperty[] = [];
    // What is no ordinary object is a module of the engine's, or a test runner's wrapper around one, which only passes on.
    const isOpaque = this.#run.session.kindOf(value) !== "ordinary";
    for (const member of members) {
      const at = below(path, member);
      if (isOpaque) {
        if (member in value) properties.push([member, 7, this.#exportOf(value, member, at)]);
      } else {
        const holder = holderOf(value, member);
        if (holder !== undefined) properties.push(this.#run.property(holder, member, path));
      }
    }
    return this.#run.addNode({ type: "object", properties });
  }

  #isModuleObject(name: string, value: object): boolean {
    const kind = this.#run.session.kindOf(value);
    if (kind === "module namespace") return true;
    if (kind === "proxy") return RUNNER_VARIABLE.test(name);
    return (
      kind === "ordinary" &&
      (MODULE_VARIABLE.test(name) || Object.hasOwn(value, "__esModule") || this.#isInterop(value))
    );
  }

  /** Bundlers put a module of CommonJS into an object that has it as its default export. */
  #isInterop(value: object): boolean {
    const main: unknown = Object.getOwnPropertyDescriptor(value, "default")?.value;
    return isObject(main) && this.#run.packages.find(main) !== undefined;
  }

  #exportOf(namespace: object, name: string, path: CapturePath): WireValue {
    let value: unknown;
    try {
      value = (namespace as Record<string, unknown>)[name];
    } catch {
      this.#run.refuse(path, "an export that is not yet initialized", "Start the job when the module has been loaded.");
    }
    return this.#run.value(value, path);
  }
}

/** Tells whether what a property of the global object gives goes with the job. */
function isOfJob(name: string): boolean {
  return isOfProgram(name) || (name === "process" && processObject() !== undefined);
}

/** Tells whether the program put a property on the global object. */
function isOfProgram(name: string): boolean {
  return !BUILT_IN_GLOBALS.has(name) && Object.hasOwn(globalThis, name);
}

/** Reads variables as the code sees them: each from the innermost scope that has it. Those that no scope has are left out. */
export function readScopes(scopes: readonly InspectedScope[], names: readonly string[]): Map<string, unknown> {
  const found = new Map<string, unknown>();
  let pending = names;
  for (const scope of scopes) {
    if (pending.length === 0 || scope.kind === "global") break;
    for (const [name, { value }] of scope.read(pending)) found.set(name, value);
    pending = pending.filter((name) => !found.has(name));
  }
  return found;
}

/** Finds who has a property, along the prototypes. */
function holderOf(value: object, key: string): object | undefined {
  for (let holder: object | null = value; holder !== null; holder = Object.getPrototypeOf(holder) as object | null) {
    if (Object.hasOwn(holder, key)) return holder;
  }
  return undefined;
}
