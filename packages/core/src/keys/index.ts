export { canonicalKeyBytes } from "./canonical.js";
export { type FieldPath, fieldPathText, fieldValue, parseFieldPath } from "./field-path.js";
export type {
  BaseOf,
  Comparable,
  FieldOf,
  Key,
  KeyOf,
  KeySelector,
  Numeric,
  PositionOf,
  Probe,
  ValueOf,
} from "./key-types.js";
export { nearNames } from "./near-names.js";
export { flatFields, type ResolvedField, resolveField, resolveFieldIfAny } from "./resolve-field.js";
export { compareTyped } from "./typed-values.js";
export type { ValueKind } from "./value-kind.js";
export { compareValues, equalValues, keyText } from "./values.js";
