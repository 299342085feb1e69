export { displayText } from "./display.js";
export { FieldProblem, shown } from "./field-problem.js";
export { jsonOfValue } from "./json-values.js";
export { asciiTrimmed, type FieldParser } from "./scalar-parsers.js";
export { decodeBase64, encodeBase64, fieldParser, isFieldType } from "./text-parsers.js";
export { type JsonDecoder, type JsonEncoder, typedJsonDecoder, typedJsonEncoder } from "./typed-json.js";
