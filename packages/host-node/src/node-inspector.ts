/**
 * Looks into functions through `node:inspector`, in the same thread.
 *
 *   1. A shelf, an object that both worlds see, hands a function to the protocol and values back: for the time of one call it is a
 *      property of the main context's global object, since the protocol evaluates there and test runners may have another one.
 *   2. `Runtime.getProperties` of the function gives where it stands and its scopes, as remote objects.
 *   3. One strict `Runtime.callFunctionOn` per scope copies the named variables onto the shelf. Asking the protocol for the properties of
 *      a scope would write out every string in it.
 *   4. Scripts are named by `Debugger.enable`, which is needed once for each script that has not been seen.
 *
 * Remote objects belong to a group that is released after each function, or the process would keep everything it ever showed.
 */
import { Session } from "node:inspector";
import { types } from "node:util";
import { runInThisContext } from "node:vm";
import {
  type HostInspector,
  type InspectedFunction,
  type InspectedKind,
  type InspectedScope,
  type InspectedScopeKind,
  type InspectedScript,
  type InspectedVariable,
  type InspectionSession,
  MillraceError,
} from "@millrace/core";

/** Inspects functions of this thread. @internal */
export const nodeInspector: HostInspector = { open: () => new NodeInspectionSession() };

const SHELF = Symbol.for("millrace.inspection.shelf");
const SHELF_EXPRESSION = 'globalThis[Symbol.for("millrace.inspection.shelf")]';
const OBJECT_GROUP = "millrace";

/** Since which version the engine throws on reading an uninitialized variable, where older ones gave undefined. */
const FIRST_MAJOR_THAT_TELLS_UNINITIALIZED = 22;
const tellsUninitialized = Number.parseInt(process.versions.node, 10) >= FIRST_MAJOR_THAT_TELLS_UNINITIALIZED;

/** What passes between this module and the functions that the protocol calls. */
interface Shelf {
  target: object | undefined;
  names: readonly string[];
  /** Name, value, and whether reading it failed, one after the other. */
  found: unknown[];
}

/** Runs in the main context with a scope as `this`. Strict, so that `this` is the scope itself. */
const READ_VARIABLES = `function (shelf) {
  "use strict";
  const { found, names } = shelf;
  const scope = this.object ?? this;
  for (let index = 0; index < names.length; index++) {
    const name = names[index];
    if (!(name in scope)) continue;
    try { found.push(name, scope[name], false); } catch { found.push(name, undefined, true); }
  }
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
  readonly #shelf: Shelf = { target: undefined, names: [], found: [] };
  #shelfId: string | undefined;
  #isDebuggerEnabled = false;
  #isClosed = false;

  constructor() {
    this.#session.connect();
    this.#session.on("Debugger.scriptParsed", ({ params }: { params: ScriptParsed }) => {
      this.#scripts.set(params.scriptId, params);
    });
  }

  inspect(target: object): InspectedFunction | undefined {
    const properties = this.#internalProperties(this.#remote(target));
    const location = properties.get("[[FunctionLocation]]")?.value as FunctionLocation | undefined;
    const scopeList = properties.get("[[Scopes]]")?.objectId;
    if (location === undefined || scopeList === undefined) return undefined;
    return {
      scriptId: location.scriptId,
      line: location.lineNumber + 1,
      column: location.columnNumber + 1,
      scopes: this.#scopes(scopeList),
    };
  }

  script(scriptId: string): InspectedScript {
    // The protocol names the scripts that are there when it is enabled, and the new ones from then on.
    if (!this.#isDebuggerEnabled) {
      this.#post("Debugger.enable", {});
      this.#isDebuggerEnabled = true;
    }
    const known = this.#scripts.get(scriptId);
    const { scriptSource } = this.#post<{ scriptSource: string }>("Debugger.getScriptSource", { scriptId });
    return {
      scriptId,
      url: known?.url ?? "",
      source: scriptSource,
      isModule: known?.isModule === true,
      lineOffset: known?.startLine ?? 0,
      columnOffset: known?.startColumn ?? 0,
      sourceMapUrl: known?.sourceMapURL ?? "",
    };
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
    const { result } = this.#post<{ result: readonly RemoteProperty[] }>("Runtime.getProperties", {
      objectId: scopeListId,
      ownProperties: true,
    });
    return result.flatMap(({ value }) => {
      if (value?.objectId === undefined) return [];
      const { objectId, description = "" } = value;
      return [{ kind: scopeKindOf(description), read: (names: readonly string[]) => this.#read(objectId, names) }];
    });
  }

  #read(objectId: string, names: readonly string[]): Map<string, InspectedVariable> {
    const found: unknown[] = [];
    this.#shelf.names = names;
    this.#shelf.found = found;
    this.#post("Runtime.callFunctionOn", {
      objectId,
      functionDeclaration: READ_VARIABLES,
      arguments: [{ objectId: this.#remoteShelf() }],
      objectGroup: OBJECT_GROUP,
      silent: true,
    });
    this.#shelf.found = [];
    const variables = new Map<string, InspectedVariable>();
    for (let index = 0; index < found.length; index += 3) {
      const value = found[index + 1];
      const failed = found[index + 2] === true;
      const isUninitialized = failed || (value === undefined && !tellsUninitialized ? "maybe" : false);
      variables.set(found[index] as string, { value, isUninitialized });
    }
    return variables;
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
      const { result } = this.#post<{ result: { readonly objectId: string } }>("Runtime.callFunctionOn", {
        objectId: this.#remoteShelf(),
        functionDeclaration: "function () { return this.target; }",
        objectGroup: OBJECT_GROUP,
        silent: true,
      });
      return result.objectId;
    } finally {
      this.#shelf.target = undefined;
    }
  }

  /** Gives the shelf as a remote object, made anew after each release of the group. */
  #remoteShelf(): string {
    if (this.#shelfId !== undefined) return this.#shelfId;
    const main = runInThisContext("globalThis") as Record<symbol, unknown>;
    Object.defineProperty(main, SHELF, { value: this.#shelf, configurable: true, enumerable: false });
    try {
      const { result } = this.#post<{ result: RemoteObject }>("Runtime.evaluate", {
        expression: SHELF_EXPRESSION,
        objectGroup: OBJECT_GROUP,
        silent: true,
      });
      this.#shelfId = result.objectId!;
      return this.#shelfId;
    } finally {
      delete main[SHELF];
    }
  }

  #releaseObjects(): void {
    if (this.#isClosed) return;
    this.#shelfId = undefined;
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
      throw new MillraceError({
        code: "UNSUPPORTED_BY_HOST",
        what: `The inspector of Node.js refused ${method}`,
        fix: "Run the job inline, in the calling thread.",
        cause: failure,
      });
    }
    return outcome as T;
  }
}

const SCOPE_KINDS: readonly (readonly [prefix: string, kind: InspectedScopeKind])[] = [
  ["Block", "block"],
  ["Catch", "catch"],
  ["Closure", "closure"],
  ["Eval", "eval"],
  ["Global", "global"],
  ["Module", "module"],
  ["Script", "script"],
  ["With", "with"],
];

function scopeKindOf(description: string): InspectedScopeKind {
  return SCOPE_KINDS.find(([prefix]) => description.startsWith(prefix))?.[1] ?? "other";
}

const KINDS: readonly (readonly [test: (value: unknown) => boolean, kind: InspectedKind])[] = [
  [types.isProxy, "proxy"],
  [Array.isArray, "array"],
  [types.isMap, "map"],
  [types.isSet, "set"],
  [types.isTypedArray, "typed array"],
  [types.isDate, "date"],
  [types.isRegExp, "regular expression"],
  [types.isNativeError, "error"],
  [types.isArrayBuffer, "array buffer"],
  [types.isSharedArrayBuffer, "shared array buffer"],
  [types.isDataView, "data view"],
  [types.isPromise, "promise"],
  [types.isBoxedPrimitive, "boxed primitive"],
  [types.isModuleNamespaceObject, "module namespace"],
  [types.isGeneratorObject, "generator"],
  [types.isMapIterator, "iterator"],
  [types.isSetIterator, "iterator"],
  [types.isWeakMap, "weak map"],
  [types.isWeakSet, "weak set"],
  [types.isArgumentsObject, "arguments"],
  [types.isExternal, "external"],
];

function objectKindOf(value: object): InspectedKind {
  return KINDS.find(([test]) => test(value))?.[1] ?? "ordinary";
}
