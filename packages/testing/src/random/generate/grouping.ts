import { type Call, call, type OrderPart } from "../plan-spec.js";
import type { ValueType } from "../types/value-type.js";
import type { PlanDrawer } from "./plan-drawer.js";
import { directionOf, type KeyDraft, type SortDraft } from "./random-key.js";

/** Returns the call that groups, and counts its keys. @internal */
export function groupBy(plan: PlanDrawer, keys: readonly KeyDraft[]): Call {
  plan.countKeys(keys);
  return call("groupBy", ...keys.map((key) => key.argument));
}

/** Returns the calls that sort groups. @internal */
export function sortGroup(sorts: readonly SortDraft[]): Call[] {
  return sorts.map((sort) => call("sortGroup", sort.key.argument, directionOf(sort)));
}

/** Tells whether values of a type have a least and a greatest by the API. @internal */
export function isComparable(type: ValueType): boolean {
  return ["number", "int64", "string", "boolean", "timestamp", "decimal"].includes(type.kind);
}

/** Returns what a node promises about its order. @internal */
export function orderPartsOf(sorts: readonly SortDraft[]): readonly OrderPart[] {
  return sorts.map(({ key, isDescending }) => ({ read: key.read, isDescending }));
}
