/**
 * Generates comparisons of two records by their keys, on bytes and on objects: what `interpret-compare.ts` says, with
 * every question about the type answered beforehand. Kinds that have to be decoded are left to it.
 */
import { compareTyped } from "../keys/typed-values.js";
import { compile, literal } from "./code-generation.js";
import { keyNullTest, locateFunction } from "./generate-locate.js";
import {
  compareBytesCells,
  compareDecoded,
  compareInt64,
  comparisonOf,
  type RowCompare,
  type SlotComparison,
} from "./interpret-compare.js";
import type { RowKey } from "./row-key.js";
import { compareStrings } from "./string-cell.js";

/** Returns a generated comparison of records by `keysA` of the one and `keysB` of the other. */
export function generateCompare(keysA: readonly RowKey[], keysB: readonly RowKey[]): RowCompare {
  const scope: Record<string, unknown> = {
    compareBytesCells,
    compareDecoded,
    compareInt64,
    compareStrings,
    keysA,
    keysB,
  };
  const steps = keysA.map((keyA, i) => compareStep(keyA, keysB[i]!, i));
  const locators = keysA.flatMap((keyA, i) => [
    locateFunction(`locateA${i}`, keyA),
    locateFunction(`locateB${i}`, keysB[i]!),
  ]);
  return compile(
    scope,
    `${locators.join("\n")}\nreturn function (a, slotA, b, slotB) {\n${steps.join("\n")}\nreturn 0;\n};`,
  );
}

function compareStep(keyA: RowKey, keyB: RowKey, i: number): string {
  const less = keyA.isDescending ? "1" : "-1";
  const greater = keyA.isDescending ? "-1" : "1";
  const baseA = keyA.parents.length === 0 ? "slotA" : `locateA${i}(a, slotA)`;
  const baseB = keyB.parents.length === 0 ? "slotB" : `locateB${i}(b, slotB)`;
  const comparison = comparisonOf(keyA, keyB);
  if (comparison === "decoded") {
    return `{ const order = compareDecoded(keysA[${i}], keysB[${i}], a, ${baseA}, b, ${baseB});
      if (order !== 0) return ${keyA.isDescending ? "-" : ""}order; }`;
  }
  const values = compareValuesStep(comparison, keyA, keyB, less, greater);
  const nullA = keyNullTest("a", "baseA", keyA);
  const nullB = keyNullTest("b", "baseB", keyB);
  const body =
    nullA === undefined && nullB === undefined
      ? values
      : `const nullA = ${nullA ?? "false"}, nullB = ${nullB ?? "false"};
         if (nullA || nullB) { if (!nullB) return ${less}; if (!nullA) return ${greater}; } else { ${values} }`;
  return `{ const baseA = ${baseA}, baseB = ${baseB}; ${body} }`;
}

function compareValuesStep(
  comparison: Exclude<SlotComparison, "decoded">,
  keyA: RowKey,
  keyB: RowKey,
  less: string,
  greater: string,
): string {
  const atA = `(baseA + ${keyA.struct.headerSlots + keyA.field.index})`;
  const atB = `(baseB + ${keyB.struct.headerSlots + keyB.field.index})`;
  const sign = keyA.isDescending ? "-" : "";
  const call = (expression: string): string => `const order = ${expression}; if (order !== 0) return ${sign}order;`;
  switch (comparison) {
    case "word":
      return `const x = a.i32[${atA} * 2], y = b.i32[${atB} * 2]; if (x !== y) return x < y ? ${less} : ${greater};`;
    case "number":
      return `const x = ${numberAt("a", atA, keyA)}, y = ${numberAt("b", atB, keyB)}; ${compareNumbers("x", "y", less, greater)}`;
    case "int64":
      return call(`compareInt64(a, ${atA}, b, ${atB})`);
    case "string":
      return call(`compareStrings(a, ${atA} * 2, baseA, b, ${atB} * 2, baseB)`);
    case "bytes":
      return call(`compareBytesCells(a, ${atA} * 2, baseA, b, ${atB} * 2, baseB)`);
  }
}

function numberAt(memory: string, at: string, key: RowKey): string {
  return key.field.content.kind === "int32" ? `${memory}.i32[${at} * 2]` : `${memory}.f64[${at}]`;
}

/** Only NaN is neither less nor greater than, nor equal to, another number; it comes last and equals itself. */
function compareNumbers(x: string, y: string, less: string, greater: string): string {
  return `if (${x} < ${y}) return ${less}; if (${x} > ${y}) return ${greater};
    if (${x} !== ${y}) { if (${x} === ${x}) return ${less}; if (${y} === ${y}) return ${greater}; }`;
}

/** Compares two records that are objects. @public */
export type RecordCompare<T = unknown> = (a: T, b: T) => number;

/** Returns a generated comparison of records as objects, plain data of the layout's type. */
export function generateRecordCompare(keys: readonly RowKey[], isValue: boolean): RecordCompare {
  const scope: Record<string, unknown> = { compareTyped };
  const steps = keys.map((key, i) => {
    const type = `type${i}`;
    scope[type] = key.field.type;
    const less = key.isDescending ? "1" : "-1";
    const greater = key.isDescending ? "-1" : "1";
    const x = fieldExpression("a", key, isValue);
    const y = fieldExpression("b", key, isValue);
    return `{ const x = ${x}, y = ${y};
      if (x == null || y == null) { if (x != null) return ${greater}; if (y != null) return ${less}; }
      else { ${compareLeaf(key, type, less, greater)} } }`;
  });
  return compile(scope, `return function (a, b) {\n${steps.join("\n")}\nreturn 0;\n};`);
}

function compareLeaf(key: RowKey, type: string, less: string, greater: string): string {
  const { kind } = key.field.content;
  if (kind === "int32" || kind === "float64") return compareNumbers("x", "y", less, greater);
  if (kind === "string" || kind === "int64" || kind === "boolean") {
    return `if (x < y) return ${less}; if (x > y) return ${greater};`;
  }
  return `const order = compareTyped(${type}, x, y); if (order !== 0) return ${key.isDescending ? "-" : ""}order;`;
}

/** Reads the key's field of a record: own fields only, and null below a null. */
function fieldExpression(record: string, key: RowKey, isValue: boolean): string {
  if (isValue) return record;
  let expression = record;
  key.path.segments.forEach((name, depth) => {
    // Records are plain data, so that only names which Object.prototype has could be found on a prototype.
    const read = name in Object.prototype ? ownRead(expression, name) : `${expression}[${literal(name)}]`;
    expression = depth === 0 ? read : `(${expression} == null ? null : ${read})`;
  });
  return expression;
}

function ownRead(object: string, name: string): string {
  return `(Object.hasOwn(${object}, ${literal(name)}) ? ${object}[${literal(name)}] : null)`;
}
