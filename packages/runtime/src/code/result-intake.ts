/**
 * Takes in what user code gives. A declared type is always checked, and makes a copy of its own. Without one, records pass as
 * they are when they are plain on the outside: they go to one consumer, and whoever stores them makes rows of them, which
 * checks the rest. With `checksRecords` every record is copied.
 */
import {
  type ErrorPlace,
  RecordCopier,
  type RecordCopies,
  recordConformer,
  type TypeInformation,
  typeFromJson,
} from "@millrace/core";
import type { OperatorInfo } from "@millrace/job-graph";
import type { CodeContext } from "./code-context.js";

/** Takes in one record. Throws RECORD_TYPE_MISMATCH or RECORD_NOT_DATA. @internal */
export type TakeIn = (record: unknown) => unknown;

/**
 * Returns the function that takes in what an operator's functions give.
 *
 * @param keepsRecords - whether the operator gives records that it read (such as reduce), in which values of custom types keep their class
 * @internal
 */
export function intakeOf(operator: OperatorInfo, context: CodeContext, keepsRecords = false): TakeIn {
  const type = declaredTypeOf(operator, context);
  if (type !== undefined) return recordConformer(type);
  const copier = new RecordCopier();
  const copy: TakeIn = keepsRecords ? copyFor(context) : (record) => copier.copy(record);
  if (context.checksRecords) return copy;
  return (record) => (isPlainOutside(record) ? record : copy(record));
}

/** Returns the type that an operator's results were declared to have; undefined for none. @internal */
export function declaredTypeOf(operator: OperatorInfo, context: CodeContext): TypeInformation<unknown> | undefined {
  return operator.resultType === undefined ? undefined : typeFromJson(operator.resultType, context.customTypes);
}

/** Returns the function with which one place gives records to code that must not change what another reads. @internal */
export function copyFor({ copies }: { readonly copies: RecordCopies }): (record: unknown) => unknown {
  return copies.atOnePlace();
}

/**
 * Tells whether a value is a plain object or array, or no object at all. What is in it is not looked at, and neither is more of
 * its prototypes than the constructor that they name.
 * @internal
 */
export function isPlainOutside(value: unknown): boolean {
  if (typeof value === "object" && value !== null) {
    return value.constructor === Object || value.constructor === Array;
  }
  return typeof value !== "undefined" && typeof value !== "function" && typeof value !== "symbol";
}

/** Says where an operator's task is, for errors. @internal */
export function placeOf(operator: OperatorInfo, subtaskIndex: number): ErrorPlace {
  return { operator: operator.name, subtask: subtaskIndex, ...operator.location };
}
