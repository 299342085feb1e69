/** Lists the ways in which a program can name a key. @public */
export const keyNamings = [
  "position",
  "field",
  "nested path",
  "selector",
  "tuple selector",
  "several fields",
  "whole record",
  "expression",
] as const;

/** Lists the kinds of values that a key can have. @public */
export const keyValueKinds = [
  "integer",
  "float",
  "bigint",
  "boolean",
  "string",
  "timestamp",
  "bytes",
  "decimal",
  "null",
  "nullable",
  "enum",
  "array",
  "row",
  "mixed",
] as const;

/** Is a way of naming a key, or a kind of values that it has. @public */
export type KeyKind = (typeof keyNamings)[number] | (typeof keyValueKinds)[number];
