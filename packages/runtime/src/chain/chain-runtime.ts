import { isAnalyzed } from "@millrace/closures";
import {
  type AnyType,
  checkBoolean,
  MillraceError,
  RowLayout,
  type RuntimeContext,
  recordConformer,
  type TypeInformation,
} from "@millrace/core";
import type { ChainedSpec, ObjectRef } from "@millrace/job-graph";
import { copyFor, declaredTypeOf, placeOf } from "../code/result-intake.js";
import type { UserCode } from "../code/user-code.js";
import { ScratchMemory } from "../rows/scratch-memory.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { ChainContext, RecordOutput } from "../task/driver.js";
import { FlatMapCalls } from "./flat-map-calls.js";
import { keyedRecordTypeOf } from "./keyed-record-output.js";
import type { PendingIterables } from "./pending-iterables.js";
import { RowComposition } from "./row-composition.js";
import type { RowOfShape } from "./row-shape.js";

/** Is a function of the user as generated code calls it. @internal */
export interface ChainFunction {
  /** The function, or the object that has the method. */
  readonly target: unknown;
  /** Undefined for a plain function. */
  readonly method: string | undefined;
  readonly runtimeContext: RuntimeContext;
  /** Whether a result that is plain on the outside passes as it is. */
  readonly passesPlain: boolean;
  /** Returns the error to report for a call. */
  readonly failure: (error: unknown, argument: unknown) => unknown;
  /** Makes the copy that the declared type of the results describes; undefined where none was declared. */
  readonly conform: ((record: unknown) => unknown) | undefined;
  /** Takes in the one result of a call. */
  readonly takeOne: (result: unknown, argument: unknown) => unknown;
  /** Takes in one of many results. */
  readonly takeRecord: (record: unknown) => unknown;
  /** Throws for a result that is neither true nor false. */
  readonly checkBoolean: (result: unknown, argument: unknown) => void;
  /** Takes in a key. */
  readonly takeKey: (key: unknown, argument: unknown) => unknown;
  /**
   * The fields of its first argument that the function reads, and no others, and of which it changes none; undefined when that is
   * not certain.
   */
  readonly reads: ReadonlySet<string> | undefined;
  /** Whether it may write to a collector, its second argument. */
  readonly writes: boolean;
}

/** Is what the generated code of a chain calls and does not do itself. @internal */
export class ChainRuntime {
  /** By the position of the operator; undefined for operators over fields. */
  readonly functions: readonly (ChainFunction | undefined)[];
  readonly pending: PendingIterables;
  readonly output: RecordOutput;
  readonly scratch = new ScratchMemory();
  /** Returns the error to report for what an operator over fields failed with, or the output refused. */
  readonly located: (error: unknown, stage: number) => unknown;
  /** Returns the function with which one place copies values of records. */
  readonly copyAtOnePlace: () => (value: unknown) => unknown;
  /** Returns a key as plain data. */
  readonly plainKey: (key: unknown) => unknown;
  readonly #specs: readonly ChainedSpec[];
  readonly #context: ChainContext;
  readonly #flatMaps = new Map<number, FlatMapCalls>();

  constructor(specs: readonly ChainedSpec[], context: ChainContext, pending: PendingIterables, output: RecordOutput) {
    const { copies } = context;
    this.#specs = specs;
    this.#context = context;
    this.pending = pending;
    this.output = output;
    this.copyAtOnePlace = () => copies.atOnePlace();
    this.plainKey = (key) => copies.plainKey(key);
    this.functions = specs.map((spec) => {
      const code = codeOf(spec, context);
      return code === undefined ? undefined : chainFunction(code, context);
    });
    this.located = (error, stage) => {
      const spec = specs[stage];
      const isOpen = error instanceof MillraceError && error.where.operator === undefined;
      return isOpen && spec !== undefined ? error.at(placeOf(spec.operator, context.subtaskIndex)) : error;
    };
  }

  /** Whether the last operator attaches keys. */
  get endsWithKeys(): boolean {
    return this.#specs.at(-1)?.kind === "attachKey";
  }

  /** Tells whether a flatMap comes behind the operator at `index`. */
  hasFlatMapBehind(index: number): boolean {
    return this.#specs.slice(index + 1).some((spec) => spec.kind === "flatMap");
  }

  /** Returns what calls of the flatMap at `index` leave to others. */
  flatMap(index: number): FlatMapCalls {
    let calls = this.#flatMaps.get(index);
    if (calls === undefined) {
      calls = new FlatMapCalls(codeOf(this.#specs[index]!, this.#context)!, this.pending);
      this.#flatMaps.set(index, calls);
    }
    return calls;
  }

  /** Returns a key selector of the operator at `index`. */
  selector(index: number, ref: ObjectRef): ChainFunction {
    return chainFunction(this.#context.function(this.#specs[index]!.operator, ref, "getKey"), this.#context);
  }

  /** Returns the writer of rows of a shape. */
  composition(source: RowLayout | undefined, row: RowOfShape, recordType?: AnyType): RowComposition {
    const type = recordType as TypeInformation<unknown> | undefined;
    return new RowComposition(source, row, this.#context.layouts, type, this.#context.customTypes);
  }

  /** Returns the type of the records that the last operator attaches keys to; undefined when it does not, or nobody declared it. */
  keyedRecordType(): AnyType | undefined {
    const last = this.#specs.at(-1);
    return last === undefined ? undefined : keyedRecordTypeOf(last, this.#context);
  }

  /** Returns the entry of the layout of records of a type. */
  layoutOf(type: AnyType): StreamLayout {
    return this.#context.layouts.add(RowLayout.of(type as unknown as TypeInformation<unknown>) as RowLayout);
  }
}

function codeOf(spec: ChainedSpec, context: ChainContext): UserCode | undefined {
  const hasFunction = spec.kind === "map" || spec.kind === "flatMap" || spec.kind === "filter";
  return hasFunction ? context.function(spec.operator, spec.function, spec.kind) : undefined;
}

function chainFunction(code: UserCode, context: ChainContext): ChainFunction {
  const { copies } = context;
  const copyKey = copyFor(context);
  const type = declaredTypeOf(code.operator, context);
  const reported =
    <A extends readonly unknown[], R>(action: (...args: A) => R, argumentOf: (...args: A) => readonly unknown[]) =>
    (...args: A): R => {
      try {
        return action(...args);
      } catch (error) {
        throw code.failure(error, argumentOf(...args));
      }
    };
  return {
    target: code.object ?? code.call,
    method: code.object === undefined ? undefined : code.method,
    runtimeContext: code.runtimeContext,
    conform: type === undefined ? undefined : recordConformer(type),
    passesPlain: !context.checksRecords && type === undefined,
    failure: (error, argument) => code.failure(error, [argument]),
    takeOne: reported(
      (result: unknown, _argument: unknown) => code.takeOne(result),
      (_result, argument) => [argument],
    ),
    takeRecord: reported(
      (record: unknown) => code.take(record),
      () => [],
    ),
    checkBoolean: reported(
      (result: unknown, _argument: unknown) => {
        checkBoolean(result, code.method);
      },
      (_result, argument) => [argument],
    ),
    takeKey: reported(
      (key: unknown, _argument: unknown) => copies.plainKey(copyKey(key)),
      (_key, argument) => [argument],
    ),
    ...fieldsReadBy(code, context),
  };
}

/** Where records are checked, functions get whole ones, as whoever debugs them expects. */
function fieldsReadBy(
  { object, call, method }: UserCode,
  { analyzer, checksRecords }: ChainContext,
): Pick<ChainFunction, "reads" | "writes"> {
  const code = object === undefined ? call : (object as Record<string, unknown>)[method];
  const analysis =
    typeof code === "function" ? analyzer.analyzeFunction(code as (...args: never[]) => unknown) : undefined;
  if (analysis === undefined || !isAnalyzed(analysis)) return { reads: undefined, writes: true };
  const [record, collector] = analysis.fieldsRead;
  return {
    reads: checksRecords || record === "unknown" ? undefined : new Set(record),
    writes: collector === "unknown" || collector.length > 0,
  };
}
