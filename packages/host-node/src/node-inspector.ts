/**
 * Looks into functions through `node:inspector`, in the same thread.
 *
 *   1. A shelf, an object that both worlds see, hands a function to the protocol and values back: for the time of one call it is a
 *      property of the main context's global object, since the protocol evaluates there and test runners may have another one.
 *   2. `Runtime.getProperties` of the function gives where it stands, and a remote object that lists its scopes.
 *   3. One strict `Runtime.callFunctionOn` puts the scopes onto the shelf, as objects that have a property for each variable, of which
 *      the named ones are then read here. Asking the protocol for the properties of a scope would write out every string in it.
 *   4. Scripts are named by `Debugger.enable`, which is needed once for each script that has not been seen.
 *
 * Each message costs 10 to 25 us, so that a function takes three and its release. Remote objects belong to a group that is released
 * after each function, or the process would keep everything it ever showed.
 */
import { Session } from "node:inspector";
import { types } from "node:util";
import { runInThisContext } from "node:vm";
import {
  type HostInspector,
  type InspectedFunction,
  type InspectedKind,
  type InspectedScope,
  type InspectedScript,
  type InspectedVariable,
  type InspectionSession,
  MillraceError,
} from "@millrace/core";
import { objectKindOf, scopeKindOf } from "./inspected-kinds.js";

/** Inspects functions of this thread. @internal */
export const nodeInspector: HostInspector = { open: () => new NodeInspectionSession() };

const SHELF = Symbol.for("millrace.inspection.shelf");
const SHELF_EXPRESSION = 'globalThis[Symbol.for("millrace.inspection.shelf")]';
const TARGET_EXPRESSION = `${SHELF_EXPRESSION}.target`;
const OBJECT_GROUP = "millrace";

/** The global object of the realm that the protocol evaluates in. */
const mainGlobal = runInThisContext("globalThis") as object;
const MAIN_ONLY = [mainGlobal];
const QUIET = { objectGroup: OBJECT_GROUP, silent: true };

/** Since which version the engine throws on reading an uninitialized variable, where older ones gave undefined. */
const FIRST_MAJOR_THAT_TELLS_UNINITIALIZED = 22;
const tellsUninitialized = Number.parseInt(process.versions.node, 10) >= FIRST_MAJOR_THAT_TELLS_UNINITIALIZED;

/** What passes between this module and the functions that the protocol calls. */
interface Shelf {
  target: object | undefined;
  /** What a function gives. */
  found: unknown[];
}

/** Runs in the main context with the list of scopes as `this`: puts each scope's description and its variables onto the shelf. */
const TAKE_SCOPES = `function () {
  "use strict";
  const { found } = ${SHELF_EXPRESSION};
  for (let index = 0; index < this.length; index++) found.push(this[index].description, this[index].object);
}`;

/** Runs with an array as `this`; objects may have the prototype of functions and be none. */
const TAKE_ITEMS = `function (shelf) {
  "use strict";
  for (let index = 0; index < this.length; index++) if (typeof this[index] === "function") shelf.found.push(this[index]);
}`;

interface RemoteObject {
  readonly objectId?: string;
  readonly description?: string;
  readonly value?: unknown;
}

interface RemoteProperty {
  readonly name: string;
  readonly value?: RemoteObject;
}

interface RealmContext {
  readonly id: number;
  readonly auxData?: { readonly isDefault?: boolean };
}

interface FunctionLocation {
  readonly scriptId: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

interface ScriptParsed {
  readonly scriptId: string;
  readonly url: string;
  readonly startLine: number;
  readonly startColumn: number;
  readonly isModule?: boolean;
  readonly sourceMapURL?: string;
}

class NodeInspectionSession implements InspectionSession {
  readonly #session = new Session();
  readonly #scripts = new Map<string, ScriptParsed>();
  readonly #shelf: Shelf = { target: undefined, found: [] };
  #isDebuggerEnabled = false;
  #isClosed = false;

  constructor() {
    try {
      this.#session.connect();
    } catch (cause) {
      throw unsupported("The inspector of Node.js cannot be used", cause);
    }
    this.#session.on("Debugger.scriptParsed", ({ params }: { params: ScriptParsed }) => {
      this.#scripts.set(params.scriptId, params);
    });
  }

  inspect(target: object): InspectedFunction | undefined {
    const properties = this.#internalProperties(this.#remote(target));
    const location = properties.get("[[FunctionLocation]]")?.value as FunctionLocation | undefined;
    const scopeList = properties.get("[[Scopes]]")?.objectId;
    if (location === undefined || scopeList === undefined) return undefined;
    let scopes: readonly InspectedScope[] | undefined;
    const readScopes = (): readonly InspectedScope[] => (scopes ??= this.#scopes(scopeList));
    return {
      scriptId: location.scriptId,
      line: location.lineNumber + 1,
      column: location.columnNumber + 1,
      // Many are asked for their place only.
      get scopes() {
        return readScopes();
      },
    };
  }

  prepare(): void {
    if (this.#isDebuggerEnabled) return;
    // The protocol names the scripts that are there when it is enabled, and the new ones from then on.
    this.#post("Debugger.enable", {});
    this.#post("Debugger.setSkipAllPauses", { skip: true });
    this.#isDebuggerEnabled = true;
  }

  script(scriptId: string): InspectedScript | undefined {
    this.prepare();
    const known = this.#scripts.get(scriptId);
    if (known === undefined) return undefined;
    const { scriptSource } = this.#post<{ scriptSource: string }>("Debugger.getScriptSource", { scriptId });
    return {
      scriptId,
      url: known.url,
      source: scriptSource,
      isModule: known.isModule === true,
      lineOffset: known.startLine,
      columnOffset: known.startColumn,
      sourceMapUrl: known.sourceMapURL ?? "",
    };
  }

  isProxy(value: object): boolean {
    return types.isProxy(value);
  }

  kindOf(value: object): InspectedKind {
    return typeof value === "function" ? this.#functionKindOf(value) : objectKindOf(value);
  }

  privateNamesOf(value: object): readonly string[] {
    try {
      const objectId = this.#remote(value);
      const { privateProperties = [] } = this.#post<{ privateProperties?: readonly RemoteProperty[] }>(
        "Runtime.getProperties",
        { objectId, ownProperties: true, nonIndexedPropertiesOnly: true },
      );
      return privateProperties.map(({ name }) => name);
    } finally {
      this.#releaseObjects();
    }
  }

  allFunctions(): readonly object[] {
    this.#releaseObjects();
    const isMain = mainGlobal === globalThis;
    try {
      return this.#withShelf([mainGlobal, globalThis], () =>
        this.#contexts(isMain).flatMap((contextId) => this.#functionsIn(contextId)),
      );
    } finally {
      this.#releaseObjects();
    }
  }

  /** Objects of one realm are not handed to code of another, so that the shelf must stand in each. */
  #functionsIn(contextId: number): object[] {
    const shelf = this.#evaluate(SHELF_EXPRESSION, contextId);
    if (shelf.objectId === undefined) return [];
    const prototypeObjectId = this.#evaluate("Object.getPrototypeOf(() => {})", contextId).objectId!;
    const parameters = { prototypeObjectId, objectGroup: OBJECT_GROUP };
    const { objects } = this.#post<{ objects: { readonly objectId: string } }>("Runtime.queryObjects", parameters);
    return this.#take(objects.objectId, TAKE_ITEMS, shelf.objectId) as object[];
  }

  /**
   * Lists the realms of this thread, of which test runners make more than one; or the main one only, since others may be gone at any
   * time. The protocol names them when it is enabled.
   */
  #contexts(isMainOnly: boolean): number[] {
    const contexts: number[] = [];
    const note = ({ params: { context } }: { params: { context: RealmContext } }): void => {
      if (!isMainOnly || context.auxData?.isDefault === true) contexts.push(context.id);
    };
    this.#session.on("Runtime.executionContextCreated", note);
    try {
      this.#post("Runtime.enable", {});
      this.#post("Runtime.disable", {});
    } finally {
      this.#session.off("Runtime.executionContextCreated", note);
    }
    return contexts;
  }

  numNamedProperties(value: object): number {
    try {
      const { result } = this.#post<{ result: readonly RemoteProperty[] }>("Runtime.getProperties", {
        objectId: this.#remote(value),
        ownProperties: true,
        nonIndexedPropertiesOnly: true,
      });
      return result.filter(({ name }) => name !== "__proto__").length;
    } finally {
      this.#releaseObjects();
    }
  }

  release(): void {
    this.#releaseObjects();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#releaseObjects();
    this.#isClosed = true;
    this.#scripts.clear();
    this.#session.disconnect();
  }

  #functionKindOf(value: object): InspectedKind {
    if (types.isProxy(value)) return "proxy";
    // Only functions without a text can be bound.
    if (!/\{\s*\[native code\]\s*\}\s*$/.test(Function.prototype.toString.call(value))) return "function";
    try {
      const objectId = this.#remote(value);
      return this.#internalProperties(objectId).has("[[TargetFunction]]") ? "bound function" : "function";
    } finally {
      this.#releaseObjects();
    }
  }

  #scopes(scopeListId: string): InspectedScope[] {
    const found = this.#withShelf(MAIN_ONLY, () => this.#take(scopeListId, TAKE_SCOPES));
    const scopes: InspectedScope[] = [];
    for (let index = 0; index < found.length; index += 2) {
      const variables = found[index + 1] as Record<string, unknown>;
      scopes.push({ kind: scopeKindOf(String(found[index])), read: (names) => readVariables(variables, names) });
    }
    return scopes;
  }

  /** Calls a function with a remote object as `this`, and gives what it put onto the shelf. */
  #take(objectId: string, functionDeclaration: string, shelfId?: string): unknown[] {
    const found: unknown[] = [];
    this.#shelf.found = found;
    this.#post("Runtime.callFunctionOn", {
      objectId,
      functionDeclaration,
      ...(shelfId === undefined ? {} : { arguments: [{ objectId: shelfId }] }),
      ...QUIET,
    });
    this.#shelf.found = [];
    return found;
  }

  #internalProperties(objectId: string): Map<string, RemoteObject> {
    const { internalProperties = [] } = this.#post<{ internalProperties?: readonly RemoteProperty[] }>(
      "Runtime.getProperties",
      { objectId, ownProperties: true, nonIndexedPropertiesOnly: true },
    );
    return new Map(internalProperties.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])));
  }

  #remote(target: object): string {
    this.#shelf.target = target;
    try {
      return this.#withShelf(MAIN_ONLY, () => this.#evaluate(TARGET_EXPRESSION).objectId!);
    } finally {
      this.#shelf.target = undefined;
    }
  }

  /** Runs `action` while the shelf stands on global objects. */
  #withShelf<T>(globals: readonly object[], action: () => T): T {
    for (const each of globals)
      Object.defineProperty(each, SHELF, { value: this.#shelf, configurable: true, enumerable: false });
    try {
      return action();
    } finally {
      for (const each of globals) Reflect.deleteProperty(each, SHELF);
    }
  }

  #evaluate(expression: string, contextId?: number): RemoteObject {
    const parameters = { expression, ...QUIET, ...(contextId === undefined ? {} : { contextId }) };
    return this.#post<{ result: RemoteObject }>("Runtime.evaluate", parameters).result;
  }

  #releaseObjects(): void {
    if (this.#isClosed) return;
    this.#post("Runtime.releaseObjectGroup", { objectGroup: OBJECT_GROUP });
  }

  /** Sends a message of the protocol, which in the same thread answers before it returns. */
  #post<T>(method: string, parameters: object): T {
    let failure: Error | null = null;
    let outcome: unknown;
    this.#session.post(method, parameters, (error: Error | null, result?: object) => {
      failure = error;
      outcome = result;
    });
    if (failure !== null) {
      throw unsupported(`The inspector of Node.js refused ${method}`, failure);
    }
    return outcome as T;
  }
}

function unsupported(what: string, cause: unknown): MillraceError {
  return new MillraceError({
    code: "UNSUPPORTED_BY_HOST",
    what,
    expected: "a process that may use its inspector, without --permission or with --allow-inspector",
    fix: "Run the job inline, in the calling thread, and without checkCaptures.",
    cause,
  });
}

/** Reads those of the names that a scope has. */
function readVariables(scope: Record<string, unknown>, names: readonly string[]): Map<string, InspectedVariable> {
  const variables = new Map<string, InspectedVariable>();
  for (const name of names) {
    if (!(name in scope)) continue;
    try {
      const value = scope[name];
      variables.set(name, { value, isUninitialized: value === undefined && !tellsUninitialized ? "maybe" : false });
    } catch {
      variables.set(name, { value: undefined, isUninitialized: true });
    }
  }
  return variables;
}
