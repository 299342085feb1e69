import type { KeyFieldSpec } from "../strategies.js";

/** Returns keys as people write them. @internal */
export function keysText(keys: readonly KeyFieldSpec[]): string {
  return keys.map(({ path, order }) => (order === "descending" ? `${path} descending` : path)).join(", ");
}
