import type { HostProcess } from "./host.js";

/**
 * Looks into the functions of this process: their scripts and the variables they captured. Reading runs no code of the
 * program. Every value that it gives is the program's own, not a copy.
 * @public
 */
export interface HostInspector {
  /** Opens a session; sessions do not disturb each other, nor a debugger. The caller closes it. */
  open(): InspectionSession;
}

/**
 * Inspects functions until it is closed. All methods are synchronous, and none may be called after {@link InspectionSession.close}.
 * @public
 */
export interface InspectionSession {
  /**
   * Lets the engine list its scripts, which takes long the first time in a process. It happens by itself when a script is asked for; call it where
   * there is something to wait for anyway.
   */
  prepare(): void;
  /** Gives script, position and scopes of a function; undefined for one without source: built-in or bound. */
  inspect(target: object): InspectedFunction | undefined;
  /**
   * Gives the script with an id that {@link InspectionSession.inspect} gave, as it runs and not as the disk has it now; undefined for one
   * that the engine keeps to itself, as those of other realms.
   */
  script(scriptId: string): InspectedScript | undefined;
  /** Tells whether an object is a Proxy, which runs code of the program when it is looked at. */
  isProxy(value: object): boolean;
  /** Tells what an object is by its internal slots, whatever its prototype and its tags say. */
  kindOf(value: object): InspectedKind;
  /** Lists the private fields, methods and accessors that an object has, as `#name`. */
  privateNamesOf(value: object): readonly string[];
  /** Lists every function and class of this thread that anything still refers to. Slow, since garbage is collected first. */
  allFunctions(): readonly object[];
  /** Counts the own properties of an array or typed array that are no items of it; `length` of an array is one. */
  numNamedProperties(value: object): number;
  /** Forgets what was inspected until now, whose scopes can then no longer be read. Call it after each function. */
  release(): void;
  /** Gives back everything that the session holds; a no-op when closed. */
  close(): void;
}

/** Says where a function stands and what is around it. @public */
export interface InspectedFunction {
  /** Names the script, for this process. */
  readonly scriptId: string;
  /** Counts from 1, in the script's text. */
  readonly line: number;
  /** Counts from 1, in UTF-16 units. */
  readonly column: number;
  /** From the innermost scope to the global one. */
  readonly scopes: readonly InspectedScope[];
}

/** Names a kind of scope. @public */
export type InspectedScopeKind =
  | "block"
  | "catch"
  | "closure"
  | "eval"
  | "global"
  | "module"
  | "other"
  | "script"
  | "with";

/** Reads variables of one scope. @public */
export interface InspectedScope {
  /** What made the scope. */
  readonly kind: InspectedScopeKind;
  /**
   * Reads those of `names` that the scope has; no other variable is looked at. What a name maps to has `value`, or
   * `isUninitialized` for a variable above whose declaration the program has not come yet.
   */
  read(names: readonly string[]): ReadonlyMap<string, InspectedVariable>;
}

/** Holds what one variable was when it was read. @public */
export interface InspectedVariable {
  /** The value itself; undefined for an uninitialized variable. */
  readonly value: unknown;
  /** `"maybe"` where the engine shows an uninitialized variable as `undefined`, and the value is undefined. */
  readonly isUninitialized: boolean | "maybe";
}

/** Describes a script of this process. @public */
export interface InspectedScript {
  /** Names the script, for this process. */
  readonly scriptId: string;
  /** A URL or a path, as stack traces show it; empty for code made from text. */
  readonly url: string;
  /** The text that runs. */
  readonly source: string;
  /** Whether it is an ES module, whose code is strict. */
  readonly isModule: boolean;
  /** How many lines the positions of functions are beyond those of the text. */
  readonly lineOffset: number;
  /** How many columns they are beyond it in the first line. */
  readonly columnOffset: number;
  /** What the text says about its source map: a URL, often a `data:` URL; empty when it says nothing. */
  readonly sourceMapUrl: string;
}

/** Names what an object is inside. @public */
export type InspectedKind =
  | "arguments"
  | "array"
  | "array buffer"
  | "boxed primitive"
  | "bound function"
  | "data view"
  | "date"
  | "error"
  | "external"
  | "function"
  | "generator"
  | "iterator"
  | "map"
  | "module namespace"
  | "ordinary"
  | "promise"
  | "proxy"
  | "regular expression"
  | "set"
  | "shared array buffer"
  | "typed array"
  | "weak map"
  | "weak set";

/** Says where evaluated text stands. @public */
export interface ScriptPlace {
  /** A URL or a path, as stack traces show it. */
  readonly url: string;
  /** Counts from 1. */
  readonly line: number;
  /** Counts from 1. */
  readonly column: number;
  /** Leads from positions at `url` to those in the files that it was made from. */
  readonly map?: ScriptSourceMap | undefined;
}

/** Is a source map as ECMA-426 has it, whose sources are URLs and whose mappings are one string. @public */
export interface ScriptSourceMap {
  /** The files that the script was made from. */
  readonly sources: readonly string[];
  /** The names that mappings refer to. */
  readonly names: readonly string[];
  /** Segments in base 64. */
  readonly mappings: string;
}

/**
 * Evaluates text and loads modules, for functions that came from elsewhere.
 * @public
 */
export interface HostScripts {
  /**
   * Evaluates `source`, an expression in the global scope, and gives its value. Stack traces show `place.url`, and the first
   * character of `source` at `place.line` and `place.column`, which count from 1 and may lie before the first, or, in
   * worker threads, what `place.map` makes of that. The text holds no `import()`.
   */
  evaluate(source: string, place: ScriptPlace): unknown;
  /** Reads the source map that a script names; undefined when there is none. `url` is what its sources are relative to. */
  readSourceMap(sourceMapUrl: string, scriptUrl: string): { readonly text: string; readonly url: string } | undefined;
  /** Imports a module as `import(specifier)` in the file at `fromUrl` would. */
  importModule(specifier: string, fromUrl: string, attributes?: Readonly<Record<string, string>>): Promise<object>;
  /** Makes the `require` of the file at `fromUrl`; undefined where there is none. */
  requireFrom(fromUrl: string): ((specifier: string) => unknown) | undefined;
  /**
   * Gives a module that `require(specifier)` in the file at `fromUrl` gives without running anything: one of the host's own, or
   * one that is loaded; undefined for every other.
   */
  loadedModule(specifier: string, fromUrl: string): unknown;
  /** Gives the URL of what `specifier` means in the file at `fromUrl`; undefined for a host module and for what is not there. */
  resolve(specifier: string, fromUrl: string): string | undefined;
  /**
   * Makes the process look to this thread as another looked: what code here reads of arguments and environment from now on is what
   * it would read there. In the main thread of a process nothing changes.
   */
  adoptProcess(process: Pick<HostProcess, "argv" | "env" | "execArgv">): void;
  /** Tells whether `specifier` names a module of the host itself, such as `node:fs` or `fs`. */
  isHostModule(specifier: string): boolean;
  /** Gives the URL or path behind symbolic links; the same when there is no such file. */
  realUrl(url: string): string;
}
