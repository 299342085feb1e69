import { fieldPathText, type TypeInformation } from "@millrace/core";
import {
  commonType,
  hasCustom,
  typeInformationOf,
  typeText,
  undeclared,
  type ValueField,
  type ValueType,
} from "./value-type.js";

/**
 * Is what the generator knows about the records of a data set. A tuple's fields are named by their positions, and the one
 * field of a scalar is `*`.
 * @internal
 */
export interface Shape {
  readonly kind: "row" | "tuple" | "scalar";
  readonly fields: readonly ValueField[];
}

/** Returns the shape of records of a type. @internal */
export function shapeOf(type: ValueType): Shape {
  if (type.kind === "row") return { kind: "row", fields: type.fields };
  if (type.kind === "tuple") return tupleShape(type.elements);
  return { kind: "scalar", fields: [{ name: "*", type }] };
}

/** Returns the shape of tuples with these elements. @internal */
export function tupleShape(elements: readonly ValueType[]): Shape {
  return { kind: "tuple", fields: elements.map((type, i) => ({ name: String(i), type })) };
}

/** Returns the type of records of a shape. @internal */
export function recordType(shape: Shape): ValueType {
  if (shape.kind === "row") return { kind: "row", fields: shape.fields };
  if (shape.kind === "tuple") return { kind: "tuple", elements: shape.fields.map((f) => f.type) };
  return (shape.fields[0] as ValueField).type;
}

/** Returns the type information that declares the records. @internal */
export function shapeInformation(shape: Shape): TypeInformation<unknown> {
  return typeInformationOf(recordType(shape));
}

/** Returns the shape of the same records when nothing declares them. @internal */
export function undeclaredShape(shape: Shape): Shape {
  return { kind: shape.kind, fields: shape.fields.map((f) => ({ name: f.name, type: undeclared(f.type) })) };
}

/** Tells whether records of both shapes declare the same type, whatever is known about their numbers. @internal */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.kind === b.kind && typeText(recordType(a)) === typeText(recordType(b));
}

/** Returns the shape of the union of both, or undefined when their fields have not the same names. @internal */
export function commonShape(a: Shape, b: Shape): Shape | undefined {
  if (a.kind !== b.kind || a.fields.length !== b.fields.length) return undefined;
  if (hasCustom(recordType(a)) || hasCustom(recordType(b))) return undefined;
  const fields: ValueField[] = [];
  for (const field of a.fields) {
    const other = b.fields.find((f) => f.name === field.name);
    if (other === undefined) return undefined;
    fields.push({ name: field.name, type: commonType(field.type, other.type) });
  }
  return { kind: a.kind, fields };
}

/** Returns the field path that users write for a field of a row or a position of a tuple. @internal */
export function pathOf(shape: Shape, name: string): string | number {
  return shape.kind === "tuple" ? Number(name) : fieldPathText([name]);
}

/** Returns the value of a field of a record, or the record itself for `*`. @internal */
export function readField(record: unknown, name: string): unknown {
  if (name === "*") return record;
  // An absent field may have the name of something that every object has.
  return Object.hasOwn(record as object, name) ? (record as Record<string, unknown>)[name] : undefined;
}

/** Returns the text of reading a field of the record that `variable` holds. @internal */
export function readText(variable: string, name: string): string {
  if (name === "*") return variable;
  if (/^\d+$/.test(name)) return `${variable}[${name}]`;
  return /^[A-Za-z_]\w*$/.test(name) ? `${variable}.${name}` : `${variable}[${JSON.stringify(name)}]`;
}

/** Returns the text of a property name in an object literal. @internal */
export function propertyText(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
}

/** Returns `name`, or it with a number behind it, so that it is not in `taken`; and puts it there. @internal */
export function uniqueName(name: string, taken: Set<string>): string {
  let result = name;
  for (let i = 2; taken.has(result); i++) result = `${name}${i}`;
  taken.add(result);
  return result;
}
