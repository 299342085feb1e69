/** The pieces of generated code that find the field of a key in a record, shared by comparisons, keys and field readers. */
import { NULLS_WORD } from "./row-format.js";
import { canBeNull, type KeyParent, NULL_PARENT, type RowKey } from "./row-key.js";
import type { StructField } from "./struct-layout.js";

/** Generates the function that finds the struct of a nested key; a key of the record itself needs none. */
export function locateFunction(name: string, key: RowKey): string {
  if (key.parents.length === 0) return "";
  if (key.kind === "absent") return `function ${name}() { return ${NULL_PARENT}; }`;
  return `function ${name}(memory, base) { ${generateLocateSteps(key.parents)} return base; }`;
}

/** Generates the statements that move `base` from a row to the struct inside of it to which `parents` lead. */
export function generateLocateSteps(parents: readonly KeyParent[]): string {
  const steps = parents.map(({ struct, field }) => {
    const check = canBeNull(field) ? `if (${nullTest("memory", "base", field)}) return ${NULL_PARENT};` : "";
    return `${check} base = base + (memory.i32[(base + ${struct.headerSlots + field.index}) * 2] >> 3);`;
  });
  return steps.join(" ");
}

/** Returns the expression that tells whether `field` of the struct at `base` is null. */
export function nullTest(memory: string, base: string, field: StructField): string {
  return `(${memory}.i32[${base} * 2 + ${NULLS_WORD + (field.index >> 5)}] & ${1 << (field.index & 31)}) !== 0`;
}

/** Returns the expression that tells whether the key in the struct at `base` is null, or undefined when it never is. */
export function keyNullTest(memory: string, base: string, key: RowKey): string | undefined {
  const tests: string[] = [];
  if (key.parents.some(({ field }) => canBeNull(field))) tests.push(`${base} === ${NULL_PARENT}`);
  if (canBeNull(key.field)) tests.push(nullTest(memory, base, key.field));
  return tests.length === 0 ? undefined : tests.join(" || ");
}
