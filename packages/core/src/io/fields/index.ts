export { displayText } from "./display.js";
export { FieldProblem, shown } from "./field-problem.js";
export { asciiTrimmed, type FieldParser } from "./scalar-parsers.js";
export { decodeBase64, encodeBase64, fieldParser, isFieldType } from "./text-parsers.js";
export { decodeTypedJson, encodeTypedJson } from "./typed-json.js";
