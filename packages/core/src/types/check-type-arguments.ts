/** What the builders of `types` are given, checked: a wrong argument would otherwise come to light when the first record is read. */
import { MillraceError } from "../errors/index.js";
import { shortText } from "../records/short-text.js";

/** Throws unless `type` can stand inside of another type: INVALID_ARGUMENT, and UNSUPPORTED_TYPE for an optional one. @internal */
export function requireInnerType(builder: string, part: string, type: unknown): void {
  requireFieldType(builder, part, type);
  if ((type as { readonly kind: unknown }).kind !== "optional") return;
  throw new MillraceError({
    code: "UNSUPPORTED_TYPE",
    what: `The ${part} of types.${builder} is optional`,
    expected: "types.optional around the types of row fields only, since nothing else can be absent",
    fix: "Write types.nullable(…), whose values may be null.",
  });
}

/** Throws INVALID_ARGUMENT unless `type` is a type information. @internal */
export function requireFieldType(builder: string, part: string, type: unknown): void {
  if (isType(type)) return;
  throw new MillraceError({
    code: "INVALID_ARGUMENT",
    what: `The ${part} of types.${builder} is ${shownArgument(type)}`,
    expected: "a type made by types, such as types.int32",
    fix: adviceFor(builder, type),
  });
}

/** Throws INVALID_ARGUMENT unless `fields` is an object of types by name. @internal */
export function requireFieldTypes(builder: string, part: string, fields: unknown): void {
  if (typeof fields !== "object" || fields === null || Array.isArray(fields) || isType(fields)) {
    throw new MillraceError({
      code: "INVALID_ARGUMENT",
      what: `types.${builder} was given ${shownArgument(fields)}`,
      expected: `an object of types by the name of the ${part}, such as { id: types.int32 }`,
    });
  }
  for (const [name, type] of Object.entries(fields)) {
    requireFieldType(builder, `${part} ${JSON.stringify(name)}`, type);
  }
}

/** Throws INVALID_ARGUMENT unless `values` are different strings. None are allowed: the keys of an empty map are of that type. @internal */
export function requireEnumValues(values: readonly unknown[]): void {
  if (values.every((value) => typeof value === "string") && new Set(values).size === values.length) return;
  throw new MillraceError({
    code: "INVALID_ARGUMENT",
    what: `types.enum was given ${values.map(shownArgument).join(", ")}`,
    expected: "different strings, the least first",
    fix: Array.isArray(values[0]) ? "Give the strings one by one: types.enum(...values)." : undefined,
  });
}

function isType(value: unknown): boolean {
  return typeof value === "object" && value !== null && typeof (value as { kind?: unknown }).kind === "string";
}

function adviceFor(builder: string, value: unknown): string | undefined {
  if (typeof value === "function") return "If it takes arguments call it, such as types.decimal(10, 2).";
  if (typeof value !== "object" || value === null) return undefined;
  if ("~standard" in value) return "Turn a schema of another library into a type by types.from(schema).";
  return Array.isArray(value) && builder === "tuple" ? "Give the types one by one: types.tuple(a, b)." : undefined;
}

function shownArgument(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return "an array";
  return isType(value) ? `the type ${String(value)}` : shortText(value);
}
