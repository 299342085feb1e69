export { canonicalKeyBytes } from "./canonical.js";
export { type FieldPath, fieldPathText, fieldValue, parseFieldPath } from "./field-path.js";
export type { ValueKind } from "./value-kind.js";
export { compareValues, equalValues, keyText } from "./values.js";
