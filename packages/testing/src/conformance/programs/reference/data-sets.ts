import type { ExecutionEnvironment } from "@millrace/dataset";
import { bag, type Expectation } from "../../expectation.js";
import type { KeyKind } from "../../key-kind.js";
import { type ConformanceProgram, type ProgramOutput, program } from "../../program.js";
import { dataSetOps } from "../../reference-data.js";

const data = dataSetOps.datasets;

/** Makes the data sets of the operator cases, by short names. */
export const sets = {
  tuples3: (env: ExecutionEnvironment) => env.fromCollection(data.get3TupleDataSet),
  smallTuples3: (env: ExecutionEnvironment) => env.fromCollection(data.getSmall3TupleDataSet),
  tuples5: (env: ExecutionEnvironment) => env.fromCollection(data.get5TupleDataSet),
  smallTuples5: (env: ExecutionEnvironment) => env.fromCollection(data.getSmall5TupleDataSet),
  smallNested: (env: ExecutionEnvironment) => env.fromCollection(data.getSmallNestedTupleDataSet),
  groupSortedNested: (env: ExecutionEnvironment) => env.fromCollection(data.getGroupSortedNestedTupleDataSet),
  strings: (env: ExecutionEnvironment) => env.fromCollection(data.getStringDataSet),
  integers: (env: ExecutionEnvironment) => env.fromCollection(data.getIntegerDataSet),
  customs: (env: ExecutionEnvironment) => env.fromCollection(data.getCustomTypeDataSet),
  smallCustoms: (env: ExecutionEnvironment) => env.fromCollection(data.getSmallCustomTypeDataSet),
  smallTuples7: (env: ExecutionEnvironment) => env.fromCollection(data.getSmallTuplebasedDataSet),
  tuples7LikePojos: (env: ExecutionEnvironment) => env.fromCollection(data.getSmallTuplebasedDataSetMatchingPojo),
  smallPojos: (env: ExecutionEnvironment) => env.fromCollection(data.getSmallPojoDataSet),
  duplicatePojos: (env: ExecutionEnvironment) => env.fromCollection(data.getDuplicatePojoDataSet),
};

/** Returns the lines that the reference expects of a case. */
export function expectedLines(id: string): readonly string[] {
  const found = dataSetOps.cases.find((entry) => entry.id === id);
  if (found === undefined) throw new RangeError(`There is no reference case ${id}`);
  return found.expected;
}

interface ReferenceDefinition {
  readonly covers: readonly string[];
  readonly operators: readonly string[];
  readonly keyKinds?: readonly KeyKind[];
  readonly rule?: string;
  readonly expected?: Expectation;
  readonly render?: (record: never) => string;
  readonly build: (env: ExecutionEnvironment) => ProgramOutput;
}

/** Makes the program of an operator case: unless told otherwise it expects the reference's lines, in any order. */
export function operatorCase(id: string, definition: ReferenceDefinition): ConformanceProgram {
  const { render = lineOf, expected = bag(expectedLines(id), { render }), ...rest } = definition;
  return program(`dataset_ops/${id}`, { ...rest, referenceCase: `dataset_ops/${id}`, expected });
}

/**
 * Writes a record as the reference prints it: the fields of a tuple with commas between, nested tuples in parentheses, and
 * objects as their classes there do.
 */
export function lineOf(record: unknown): string {
  return Array.isArray(record) ? record.map(nestedText).join(",") : nestedText(record);
}

/** Writes a record as a tuple with its parentheses. */
export function tupleText(record: unknown): string {
  return `(${lineOf(record)})`;
}

function nestedText(value: unknown): string {
  if (Array.isArray(value)) return tupleText(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (!("nestedPojo" in value)) return Object.values(value).map(nestedText).join(",");
  const { number, str, nestedTupleWithCustom, nestedPojo } = value as (typeof data.getSmallPojoDataSet)[number];
  return `${number} ${str} ${tupleText(nestedTupleWithCustom)} ${nestedPojo.longNumber}`;
}
