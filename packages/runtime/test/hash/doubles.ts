/**
 * What a task has around its driver: pages, inputs that were taken in, spill files, layouts and functions are those of a job. Around
 * them stands what is unkind: pages of inputs come late, those of the budget can fail, and an output that is full again and again and reads what it is given back into records.
 */
import { Memory, PAGE_SIZE_BYTES, RowLayout, type TypeInformation, typeToJson } from "@millrace/core";
import { TestHost } from "@millrace/host-test";
import type { JobVertex, OperatorInfo } from "@millrace/job-graph";
import { expect } from "vitest";
import { RowScratch } from "../../src/exchange/row-scratch.js";
import { createSpillSpace } from "../../src/index.js";
import { ManagedPageBudget } from "../../src/memory/managed-page-budget.js";
import { PagePool } from "../../src/memory/page-pool.js";
import { memoryOfWasm } from "../../src/memory/shared-memory.js";
import { collectEachRow } from "../../src/rows/collect-each-row.js";
import { createLayoutTable } from "../../src/rows/layout-table.js";
import type { PageCursor, RowCursor } from "../../src/rows/row-cursor.js";
import type { LayoutTable, StreamLayout } from "../../src/rows/stream-layout.js";
import { RowStore } from "../../src/stores/row-store.js";
import type { Driver, DriverContext, RecordOutput, Steps, TaskFunction } from "../../src/task/driver.js";
import { FailingBudget, heapBudget } from "../support/budgets.js";
import { TestSpill } from "../support/test-spill.js";
import { operatorInfo, testVertex, userCode } from "../support/test-task.js";

/** Budgets of so many pages lie in memory that kernels in WebAssembly reach, as all do outside of tests; an engine has room for few such memories. */
const MIN_PAGES_WITH_KERNELS = 32;

function newMemory(numPages: number): Memory {
  const hasKernels = numPages >= MIN_PAGES_WITH_KERNELS && process.env.MILLRACE_KERNELS !== "typescript";
  if (!hasKernels) return new Memory(new ArrayBuffer(numPages * PAGE_SIZE_BYTES));
  const numWasmPages = Math.ceil((numPages * PAGE_SIZE_BYTES) / WASM_PAGE_BYTES);
  return memoryOfWasm(new WebAssembly.Memory({ initial: numWasmPages, maximum: numWasmPages, shared: true }));
}

const WASM_PAGE_BYTES = 64 * 1024;

/** Makes the budget of a task, which lies among those of others: in a larger memory, whose first page is somebody else's. */
function taskBudget(numPages: number): FailingBudget {
  const pool = new PagePool(newMemory(numPages + 1), [{ first: 1, end: numPages + 1 }]);
  return new FailingBudget(new ManagedPageBudget("Test (1/1)", pool, numPages));
}

/** Is records of one type, one after the other in an input. */
export interface TypedRecords {
  readonly type: TypeInformation<never>;
  readonly records: readonly unknown[];
}

/** Has room for the inputs of most tests; others spill. */
const INPUT_PAGES = 64;

/** Takes in records as a task does that materializes an input. */
export function takenIn(parts: readonly TypedRecords[], layouts: LayoutTable): RowStore {
  const store = new RowStore({ budget: heapBudget(INPUT_PAGES), spill: createSpillSpace(new TestHost()), layouts });
  const scratch = new RowScratch();
  for (const { type, records } of parts) {
    const layout = layouts.add(RowLayout.of(type) as RowLayout);
    for (const record of records) {
      scratch.write(record, layout.serializer);
      store.addRow(scratch.memory, 0, layout);
    }
  }
  store.complete();
  return store;
}

/** Reads pages; every third call finds that the next one has not come yet. */
class LatePages implements PageCursor {
  readonly #pages: PageCursor;
  #numCalls = 0;

  constructor(pages: PageCursor) {
    this.#pages = pages;
  }

  get memory(): Memory {
    return this.#pages.memory;
  }

  get slot(): number {
    return this.#pages.slot;
  }

  get endSlot(): number {
    return this.#pages.endSlot;
  }

  get numRows(): number {
    return this.#pages.numRows;
  }

  get layout(): StreamLayout {
    return this.#pages.layout;
  }

  get isAtEnd(): boolean {
    return this.#pages.isAtEnd;
  }

  nextPage(): boolean {
    return ++this.#numCalls % 3 !== 0 && this.#pages.nextPage();
  }
}

/** Keeps what it is given, as records; it says again and again that it is full. */
export class TestOutput implements RecordOutput {
  readonly records: unknown[] = [];
  #numAsked = 0;

  get isFull(): boolean {
    return ++this.#numAsked % 2 === 0;
  }

  collect(record: unknown): void {
    this.records.push(record);
  }

  collectRow(memory: Memory, slot: number, layout: StreamLayout): void {
    this.records.push(layout.serializer.read(memory, slot));
  }

  collectRows(memory: Memory, slot: number, endSlot: number, layout: StreamLayout): void {
    collectEachRow(this, memory, slot, endSlot, layout);
  }
}

/** What a test gives a driver. */
export interface TestTask {
  readonly inputs: readonly (readonly TypedRecords[])[];
  readonly numPages: number;
  readonly functions?: readonly ((...args: never[]) => unknown)[];
  readonly seed?: number;
  readonly code?: "generated" | "interpreted";
  readonly isConstant?: readonly boolean[];
  readonly isDeclared?: boolean;
}

/** A task with a driver in it. */
export class TestContext implements DriverContext {
  readonly vertex: JobVertex;
  readonly subtaskIndex = 0;
  readonly budget: FailingBudget;
  readonly spill = new TestSpill();
  readonly layouts: LayoutTable;
  readonly customTypes = [];
  readonly clock = new TestHost().clock;
  readonly out = new TestOutput();
  readonly hashSeed: { readonly low: number; readonly high: number };
  readonly #inputs: RowStore[];
  readonly #functions: readonly ((...args: never[]) => unknown)[];
  readonly #operator: OperatorInfo;

  constructor(task: TestTask) {
    this.budget = taskBudget(task.numPages);
    this.layouts = createLayoutTable({ code: task.code });
    this.hashSeed = { low: task.seed ?? 1, high: ~(task.seed ?? 1) };
    this.#inputs = task.inputs.map((parts) => takenIn(parts, this.layouts));
    this.#functions = task.functions ?? [];
    const isConstant = task.isConstant ?? [];
    const [[first] = []] = task.inputs;
    const isDeclared = task.isDeclared === true && first !== undefined;
    this.#operator = operatorInfo(isDeclared ? typeToJson(first.type) : undefined);
    this.vertex = testVertex({
      operator: this.#operator,
      inputs: task.inputs.map((_, i) => ({
        ...{ edges: [], local: { kind: "none" }, memoryWeight: 0, isInOrder: false },
        isConstant: isConstant[i] ?? false,
      })),
      iteration: isConstant.length > 0 ? 0 : undefined,
    });
  }

  setInput(index: number, parts: readonly TypedRecords[]): void {
    this.#inputs[index] = takenIn(parts, this.layouts);
  }

  rows(index: number): RowCursor {
    return this.#inputs[index]!.rows();
  }

  pages(index: number): PageCursor {
    return new LatePages(this.#inputs[index]!.pages());
  }

  function(ref: number, method: string): TaskFunction {
    return userCode(this.#functions[ref]!, method, this.#operator);
  }

  throwIfCancelled(): void {}
}

/** Runs steps to their end; stops before step `stopAt`, if there is one, and tells how many there were. */
export function runSteps(steps: Steps, stopAt = Number.POSITIVE_INFINITY): number {
  let numSteps = 0;
  while (numSteps < stopAt && steps.next().done !== true) numSteps++;
  return numSteps;
}

/** Runs a driver once and closes it, and holds that nothing is left; returns its results. */
export function runDriver(create: (context: DriverContext) => Driver, context: TestContext): unknown[] {
  const driver = create(context);
  try {
    runSteps(driver.run());
  } finally {
    driver.close();
    expectNothingLeft(context);
  }
  return context.out.records;
}

/** Holds that all pages are back and all files are gone. */
export function expectNothingLeft({ budget, spill }: TestContext): void {
  expect(budget.numFree).toBe(budget.numPages);
  expect(spill.files.size).toBe(0);
}

/** Returns texts that are equal for equal bags of records. */
export function bagOf(records: readonly unknown[]): string[] {
  return records.map((record) => JSON.stringify(record, plain)).sort();
}

function plain(_name: string, value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (value instanceof Map) return [...value];
  return typeof value === "string" && value.length > 100 ? `${value.length}:${value.slice(0, 20)}` : value;
}
