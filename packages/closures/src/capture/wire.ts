/**
 * The wire form of captured functions: plain data that JSON can hold, and chunks of bytes beside it.
 *
 * A graph is a table of nodes. A value is a string, a finite number, a boolean or null as it is, or a tagged array; what has an
 * identity is a node, and a value refers to it by index, so that cycles and shared objects are kept. Code is held once per place in
 * a script (a unit), however many closures were made there.
 */

import type { StateEntry } from "../package-state.js";
import type { ProcessPart } from "./process-parts.js";
import type { WireSourceMap } from "./source-map.js";

/** Is raised by every change of the form; a reader takes its own version only. */
export const WIRE_VERSION = 3;

/** Is one value inside a graph. */
export type WireValue =
  | string
  | number
  | boolean
  | null
  | readonly ["undefined"]
  | readonly ["number", string]
  | readonly ["bigint", string]
  | readonly ["node", number];

/** Attributes of a property as bits. */
export const WRITABLE = 1;
export const ENUMERABLE = 2;
export const CONFIGURABLE = 4;
export const ALL_ATTRIBUTES = 7;

/**
 * Is one own property: its key and what it has. A key alone stands for a property that the code itself makes, a method of a class.
 * Three entries are a data property, four an accessor.
 */
export type WireProperty =
  | readonly [key: WireValue]
  | readonly [key: WireValue, attributes: number, value: WireValue]
  | readonly [key: WireValue, attributes: number, get: WireValue, set: WireValue];

/** Is what any object may have besides its content. */
export interface WireOwn {
  /** Absent for the prototype that the kind of node has by itself. */
  readonly prototype?: WireValue;
  readonly properties?: readonly WireProperty[];
  /** Present on objects that take no new properties. */
  readonly isFixed?: true;
}

/** Is code of one place in a script, from which any number of functions are made. */
export interface WireUnit {
  readonly text: string;
  readonly form: "expression" | "method" | "getter" | "setter";
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
  readonly isStrict: boolean;
  /** Index in the graph's scripts. */
  readonly script: number;
  /** Where the text stands in its script; both count from 1. */
  readonly line: number;
  readonly column: number;
  /** The free names, in the order of the functions' environments. */
  readonly names: readonly string[];
}

/** Is an object with an identity. */
export type WireNode =
  | { readonly type: "intrinsic"; readonly path: readonly string[] }
  | {
      readonly type: "module";
      readonly specifier: string;
      readonly from: string;
      readonly path: readonly string[];
      readonly isRequired: boolean;
      /** In which state it is, which a fresh import must have too. */
      readonly state?: readonly StateEntry[];
      /** The members that are used, when others are not. */
      readonly members?: readonly string[];
    }
  | { readonly type: "symbol"; readonly kind: "registered" | "wellKnown" | "unique"; readonly key: string | null }
  | ({ readonly type: "object" } & WireOwn)
  | { readonly type: "record"; readonly keys: readonly string[]; readonly values: readonly WireValue[] }
  | { readonly type: "list"; readonly items: readonly WireValue[] }
  | ({ readonly type: "array"; readonly length: number } & WireOwn)
  | ({ readonly type: "map"; readonly entries: readonly WireValue[] } & WireOwn)
  | ({ readonly type: "set"; readonly items: readonly WireValue[] } & WireOwn)
  | ({ readonly type: "date"; readonly time: WireValue } & WireOwn)
  | ({ readonly type: "regexp"; readonly source: string; readonly flags: string } & WireOwn)
  | ({ readonly type: "error" } & WireOwn)
  | ({ readonly type: "boxed"; readonly value: WireValue } & WireOwn)
  | ({ readonly type: "bytes"; readonly chunk: number } & WireOwn)
  | ({
      readonly type: "view";
      readonly name: string;
      readonly buffer: WireValue;
      readonly offset: number;
      readonly length: number;
    } & WireOwn)
  | { readonly type: "nodeBuffer"; readonly chunk: number }
  | { readonly type: "made"; readonly by: "URL" | "URLSearchParams"; readonly text: string }
  | { readonly type: "textEncoder" }
  | {
      readonly type: "textDecoder";
      readonly encoding: string;
      readonly isFatal: boolean;
      readonly ignoresBom: boolean;
    }
  | {
      readonly type: "intl";
      readonly name: string;
      readonly locale: string;
      readonly options: WireValue;
      readonly isOfProcess?: true;
    }
  | ({
      readonly type: "function";
      readonly unit: number;
      readonly environment: readonly WireValue[];
      /** The prototype of the object that `super` starts from. */
      readonly home?: WireValue;
    } & WireOwn)
  | ({ readonly type: "prototype"; readonly of: WireValue } & WireOwn)
  | ({
      readonly type: "member";
      readonly of: WireValue;
      readonly key: WireValue;
      readonly part: "value" | "get" | "set";
      readonly isStatic: boolean;
    } & WireOwn)
  /** A class of Millrace, or its prototype: that of the copy that revives. */
  | { readonly type: "branded"; readonly name: string; readonly isPrototype: boolean }
  /** Stands for the global object where code reads these properties of it only. */
  | { readonly type: "globalView"; readonly names: readonly string[]; readonly properties: readonly WireProperty[] }
  | { readonly type: "process"; readonly part: ProcessPart }
  | { readonly type: "require"; readonly from: string }
  | { readonly type: "importer"; readonly from: string }
  | { readonly type: "perSlot"; readonly factory: WireValue }
  | { readonly type: "handle"; readonly data: WireValue };

/** Is a script that code came from. */
export interface WireScript {
  readonly url: string;
  /** Leads from its positions to those of the user's files. */
  readonly map?: WireSourceMap;
}

/**
 * Holds captured functions: data only, without anything of the process that captured them. `encodeCapturedGraph` makes bytes
 * of it, `structuredClone` a copy.
 * @beta
 */
export interface CapturedGraph {
  /** The version of the form. */
  readonly version: number;
  /** What the functions are, their source and what they captured, as JSON can hold it. Its form is Millrace's own and may change. */
  readonly content: object;
  /** The bytes of captured buffers. */
  readonly chunks: readonly Uint8Array[];
  /** How many bytes source, data and buffers take, roughly. */
  readonly sizeBytes: number;
  /** How many functions it holds, the helpers included. */
  readonly numFunctions: number;
}

/** Holds the part of a captured graph that is JSON. */
export interface WireContent {
  readonly scripts: readonly WireScript[];
  readonly units: readonly WireUnit[];
  readonly nodes: readonly WireNode[];
  readonly roots: readonly WireValue[];
  /** Run once per worker, before user code. */
  readonly setUp: readonly WireValue[];
  readonly process: WireProcess;
}

/** Holds what the program's process was started with, which user code in a worker sees as its own. */
export interface WireProcess {
  readonly argv: readonly string[];
  readonly execArgv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Gives the content of a graph in its form. */
export function contentOf(graph: CapturedGraph): WireContent {
  return graph.content as WireContent;
}
