/**
 * Making a record from the fields of a line. There are two makers that do the same: `interpretedBuilder` is the plain one,
 * and `generatedBuilder` writes one object or array literal for the shape, so that all records share one hidden class and
 * every reader has a call site of its own. Where code generation is forbidden, and for rows with optional fields, whose
 * records differ in shape, the plain one is used.
 */
import type { RecordShape } from "./csv-options.js";
import type { FieldReader } from "./field-readers.js";
import type { Tokenizer } from "./tokenizer.js";

/** Makes the record of the line that the tokenizer holds; throws a FieldProblem. @internal */
export type RecordBuilder = (bytes: Uint8Array, tokens: Tokenizer) => unknown;

/** Returns the fastest builder that can be had here. @internal */
export function recordBuilder(shape: RecordShape, readers: readonly FieldReader[]): RecordBuilder {
  if (shape.fields.some((field) => field.type.kind === "optional")) return interpretedBuilder(shape, readers);
  return generatedBuilder(shape, readers) ?? interpretedBuilder(shape, readers);
}

/** Makes records in a loop over the fields. @internal */
export function interpretedBuilder(shape: RecordShape, readers: readonly FieldReader[]): RecordBuilder {
  const { kind, fields } = shape;
  return (bytes, { starts, ends, kinds }) => {
    const values = readers.map((read, slot) => read(bytes, starts[slot]!, ends[slot]!, kinds[slot]!));
    if (kind === "tuple") return values;
    // Defined, not assigned: a field named __proto__ is a field like any other.
    return Object.fromEntries(
      fields.flatMap((field, slot) => {
        const value = values[slot];
        return field.type.kind === "optional" && value === undefined ? [] : [[field.name, value]];
      }),
    );
  };
}

/** Makes records by generated code; undefined where code generation is forbidden. @internal */
export function generatedBuilder(shape: RecordShape, readers: readonly FieldReader[]): RecordBuilder | undefined {
  const parameters = readers.map((_, slot) => `r${slot}`);
  const calls = readers.map((_, slot) => `r${slot}(b, s[${slot}], e[${slot}], k[${slot}])`);
  const literal =
    shape.kind === "tuple"
      ? `[${calls.join(", ")}]`
      : `{ ${calls.map((call, slot) => `${propertyKey(shape.fields[slot]!.name)}: ${call}`).join(", ")} }`;
  const body = `return function (b, t) { const s = t.starts, e = t.ends, k = t.kinds; return ${literal}; };`;
  try {
    return new Function(...parameters, body)(...readers) as RecordBuilder;
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}

/** Writes a property name as a literal. `__proto__` is computed, since plain it would set the prototype. */
function propertyKey(name: string): string {
  return name === "__proto__" ? '["__proto__"]' : JSON.stringify(name);
}
