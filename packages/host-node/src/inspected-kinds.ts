/** Names the kinds of scopes and objects. */
import { types } from "node:util";
import type { InspectedKind, InspectedScopeKind } from "@millrace/core";

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

/** Gives the kind of a scope from how the protocol describes it. */
export function scopeKindOf(description: string): InspectedScopeKind {
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

/** Tells what an object is, by its internal slots. */
export function objectKindOf(value: object): InspectedKind {
  return KINDS.find(([test]) => test(value))?.[1] ?? "ordinary";
}
