/**
 * Copies records as `normalizeRecord` does, at one place of a program. The records of a place mostly have the same fields in the same
 * order; for the first few such shapes there is generated code, which looks whether a record has the shape by going over its names, and
 * makes the copy as one object literal. What has another shape, or is no plain object, is copied without.
 */
import { canGenerateCode, compile, literal } from "../rows/code-generation.js";
import { setField } from "../types/set-field.js";
import { below, copyData, MAX_RECORD_DEPTH } from "./copy-data.js";

/** More shapes than these are no habit of the place: its names are data. */
const MAX_SHAPES = 4;
const MAX_FIELDS = 64;

/** Copies an object of one shape; undefined for one of another shape. */
type ShapeCopy = (value: object, path: string, depth: number) => object | undefined;

/** Copies the records that pass one place. @internal */
export class RecordCopier {
  readonly #shapes: ShapeCopy[] = [];
  #learns = canGenerateCode();

  /** Returns a copy that is plain data. Throws RECORD_NOT_DATA. */
  copy(value: unknown): unknown {
    return this.copyPart(value, "", 0);
  }

  /** Copies a part of a record, found at the field path `path` and `depth` levels deep. */
  copyPart(value: unknown, path: string, depth: number): unknown {
    if (typeof value !== "object" || value === null || depth >= MAX_RECORD_DEPTH) return copyData(value, path, depth);
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return copyData(value, path, depth);
    for (const copyShape of this.#shapes) {
      const copy = copyShape(value, path, depth);
      if (copy !== undefined) return copy;
    }
    if (this.#learns) this.#learn(Object.keys(value));
    return copyData(value, path, depth);
  }

  #learn(names: readonly string[]): void {
    if (names.length <= MAX_FIELDS) this.#shapes.push(shapeCopyOf(names));
    this.#learns = names.length <= MAX_FIELDS && this.#shapes.length < MAX_SHAPES;
  }
}

function shapeCopyOf(names: readonly string[]): ShapeCopy {
  const parts: (RecordCopier | undefined)[] = names.map(() => undefined);
  const copyPart = (value: unknown, i: number, path: string, depth: number): unknown => {
    parts[i] ??= new RecordCopier();
    return parts[i].copyPart(value, below(path, names[i]!), depth + 1);
  };
  const fields = names.map((name, i) => {
    const primitive = `typeof f${i} === "string" || typeof f${i} === "number" || typeof f${i} === "boolean"`;
    return `let f${i} = value[${literal(name)}];
  if (!(${primitive} || f${i} === null || f${i} === undefined)) f${i} = copyPart(f${i}, ${i}, path, depth);`;
  });
  return compile<ShapeCopy>(
    { names, copyPart, withoutAbsent },
    `return (value, path, depth) => {
  let i = 0;
  for (const name in value) {
    if (name !== names[i]) return undefined;
    i++;
  }
  if (i !== ${names.length}) return undefined;
  ${fields.join("\n  ")}
  if (${names.map((_, i) => `f${i} === undefined`).join(" || ") || "false"}) return withoutAbsent(names, [${names.map((_, i) => `f${i}`).join(", ")}]);
  return { ${names.map((name, i) => `${fieldName(name)}: f${i}`).join(", ")} };
};`,
  );
}

function withoutAbsent(names: readonly string[], fields: readonly unknown[]): object {
  const copy = {};
  for (let i = 0; i < names.length; i++) {
    if (fields[i] !== undefined) setField(copy, names[i]!, fields[i]);
  }
  return copy;
}

/** Names a field in an object literal, where a plain `__proto__` would be the prototype. */
function fieldName(name: string): string {
  return name === "__proto__" ? `[${literal(name)}]` : literal(name);
}
