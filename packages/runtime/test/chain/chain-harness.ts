/** What chains need around them: functions of a task, an output that keeps what it gets, and the meaning of chains over lists. */

import { FunctionAnalyzer } from "@millrace/closures";
import {
  type CustomType,
  evaluateExpression,
  fieldValue,
  Memory,
  normalizeRecord,
  parseFieldPath,
  RecordCopies,
  type RowLayout,
  type RuntimeContext,
  type TypeInformation,
  typeFromJson,
} from "@millrace/core";
import type { ChainedSpec, KeyPartSpec, OperatorInfo } from "@millrace/job-graph";
import { UserCode } from "../../src/code/index.js";
import { collectEachRow } from "../../src/rows/collect-each-row.js";
import { createLayoutTable } from "../../src/rows/layout-table.js";
import type { StreamLayout } from "../../src/rows/stream-layout.js";
import type { ChainContext, RecordOutput } from "../../src/task/driver.js";

/** Is what a chain is made of: its functions by reference. */
export interface Program {
  readonly specs: readonly ChainedSpec[];
  readonly functions: readonly (object | ((...args: never[]) => unknown))[];
}

/** Returns an operator. */
export function operator(id: number, name = `operator ${id}`, resultType?: OperatorInfo["resultType"]): OperatorInfo {
  return { id, name, location: undefined, parameters: undefined, resultType };
}

/** Returns the context of a task whose functions are those of `program`. */
export function contextOf(
  program: Program,
  options: {
    readonly code: "generated" | "interpreted";
    readonly checksRecords?: boolean;
    readonly types?: readonly TypeInformation<unknown>[];
    readonly customTypes?: readonly CustomType[];
  },
): ChainContext {
  const codes = new Map<string, UserCode>();
  const base = {
    subtaskIndex: 2,
    copies: new RecordCopies(options.types ?? []),
    customTypes: options.customTypes ?? [],
    checksRecords: options.checksRecords ?? false,
  };
  return {
    ...base,
    vertex: undefined as never,
    analyzer: new FunctionAnalyzer(),
    layouts: createLayoutTable(),
    code: options.code,
    function(operator, ref, method) {
      const key = `${operator.id} ${ref} ${method}`;
      const known = codes.get(key);
      if (known !== undefined) return known;
      const runtimeContext = { taskName: operator.name } as RuntimeContext;
      const code = new UserCode({ target: program.functions[ref]!, method }, operator, runtimeContext, base);
      codes.set(key, code);
      return code;
    },
    throwIfCancelled() {},
  };
}

/** Keeps what it gets, as plain data; full whenever `capacity` records came since it was emptied. */
export class KeepingOutput implements RecordOutput {
  readonly records: unknown[] = [];
  /** How many of them came as rows. */
  numRows = 0;
  /** The layouts of those. */
  readonly layouts: RowLayout[] = [];
  capacity = Number.POSITIVE_INFINITY;
  #numSince = 0;

  get isFull(): boolean {
    return this.#numSince >= this.capacity;
  }

  empty(): void {
    this.#numSince = 0;
  }

  collect(record: unknown): void {
    this.records.push(normalizeRecord(record));
    this.#numSince++;
  }

  collectRow(memory: Memory, slot: number, layout: StreamLayout): void {
    this.records.push(layout.serializer.read(memory, slot));
    this.numRows++;
    this.layouts.push(layout.layout);
    this.#numSince++;
  }

  collectRows(memory: Memory, slot: number, endSlot: number, layout: StreamLayout): void {
    collectEachRow(this, memory, slot, endSlot, layout);
  }
}

/** Writes a record as a row and returns where it lies. */
export function rowOf(
  record: unknown,
  layout: RowLayout,
  context: ChainContext,
): readonly [Memory, number, StreamLayout] {
  const entry = context.layouts.add(layout);
  const memory = new Memory(new ArrayBuffer(1 << 16));
  const slot = 5;
  entry.serializer.write(record, memory, slot, memory.numSlots);
  return [memory, slot, entry];
}

/** Returns what a chain means, over lists: every function gets copies, every result is copied. */
export function meaningOf(program: Program, records: readonly unknown[]): unknown[] {
  return program.specs.reduce<unknown[]>(
    (input, spec) => input.flatMap((record) => meaningOfOperator(spec, program, record)),
    records.map((record) => normalizeRecord(record)),
  );
}

type Call = (...args: unknown[]) => unknown;

function meaningOfOperator(spec: ChainedSpec, program: Program, record: unknown): unknown[] {
  const type = spec.operator.resultType === undefined ? undefined : typeFromJson(spec.operator.resultType);
  const copy = normalizeRecord(record);
  switch (spec.kind) {
    case "map":
      return [normalizeRecord((program.functions[spec.function] as Call)(copy), type)];
    case "flatMap": {
      const results: unknown[] = [];
      const out = { collect: (result: unknown) => results.push(normalizeRecord(result, type)) };
      const returned = (program.functions[spec.function] as Call)(copy, out) as Iterable<unknown> | undefined;
      for (const result of returned ?? []) out.collect(result);
      return results;
    }
    case "filter":
      return (program.functions[spec.function] as Call)(copy) === true ? [record] : [];
    case "filterExpression":
      return evaluateExpression(spec.expression, record) === true ? [record] : [];
    case "project":
      return [normalizeRecord(spec.fields.map((field) => fieldValue(record, parseFieldPath(field))))];
    case "select":
      return [
        normalizeRecord(
          Object.fromEntries(
            spec.columns.map(({ name, expression }) => [name, evaluateExpression(expression, record)]),
          ),
        ),
      ];
    case "attachKey":
      return [normalizeRecord([...spec.parts.map((part) => meaningOfKey(part, program, record)), record])];
    case "detachKey":
      return [(record as unknown[])[spec.position]];
  }
}

function meaningOfKey(part: KeyPartSpec, program: Program, record: unknown): unknown {
  switch (part.kind) {
    case "field":
      return fieldValue(record, parseFieldPath(part.path));
    case "selector":
      return (program.functions[part.function] as Call)(normalizeRecord(record)) ?? null;
    case "expression":
      return evaluateExpression(part.expression, record);
    case "tuple":
      return part.parts.map((each) => meaningOfKey(each, program, record));
  }
}
