export { isBytes, isDate, isMap, rankOfKind, type ValueKind, valueKindOf } from "./value-kind.js";
export { compareValues, equalValues, keyText } from "./values.js";
