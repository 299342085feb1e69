/**
 * What a task has around its driver: pages, spill files, layouts, functions and rows of pages are those of a job. Stand-ins are inputs whose pages are
 * late, and an output that is full again and again and reads what it is given back into records.
 */
import {
  Memory,
  MemorySegment,
  MillraceError,
  PAGE_HEADER_BYTES,
  PAGE_KIND_DATA,
  PAGE_NUM_RECORDS_OFFSET,
  PAGE_SIZE_BYTES,
  PAGE_USED_BYTES_OFFSET,
  RowLayout,
  startPage,
  type TypeInformation,
  typeToJson,
} from "@millrace/core";
import { TestHost } from "@millrace/host-test";
import type { JobVertex, OperatorInfo } from "@millrace/job-graph";
import { expect } from "vitest";
import { ManagedPageBudget } from "../../src/memory/managed-page-budget.js";
import type { PageBudget } from "../../src/memory/page-budget.js";
import { PagePool } from "../../src/memory/page-pool.js";
import { memoryOfWasm } from "../../src/memory/shared-memory.js";
import { collectEachRow } from "../../src/rows/collect-each-row.js";
import { createLayoutTable } from "../../src/rows/layout-table.js";
import type { PageCursor, RowCursor } from "../../src/rows/row-cursor.js";
import { RowsOfPages } from "../../src/rows/rows-of-pages.js";
import type { LayoutTable, StreamLayout } from "../../src/rows/stream-layout.js";
import type { Driver, DriverContext, RecordOutput, Steps, TaskFunction } from "../../src/task/driver.js";
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

/** Is a budget of a job, whose n-th request throws when told to; its pages hold rubbish when they are handed out. */
export class TestBudget implements PageBudget {
  readonly #inner: ManagedPageBudget;
  /** How often a page was asked for. */
  numRequests = 0;
  /** The request that throws; 0 for none. */
  failAt = 0;

  constructor(numPages: number) {
    // The memory of a slot is larger than one budget, and its first page is somebody else's.
    const pool = new PagePool(newMemory(numPages + 1), [{ first: 1, end: numPages + 1 }]);
    this.#inner = new ManagedPageBudget("Test (1/1)", pool, numPages);
  }

  get owner(): string {
    return this.#inner.owner;
  }

  get memory(): Memory {
    return this.#inner.memory;
  }

  get numPages(): number {
    return this.#inner.numPages;
  }

  get numFree(): number {
    return this.#inner.numFree;
  }

  take(): MemorySegment | undefined {
    if (++this.numRequests === this.failAt) {
      throw new MillraceError({ code: "INVALID_ARGUMENT", what: "A page request was made to fail" });
    }
    const page = this.#inner.take();
    page?.bytes().fill(0xa5);
    return page;
  }

  give(page: MemorySegment): void {
    this.#inner.give(page);
  }

  giveAll(): void {
    this.#inner.giveAll();
  }
}

/** Is records of one type, one after the other in an input. */
export interface TypedRecords {
  readonly type: TypeInformation<never>;
  readonly records: readonly unknown[];
}

interface TestPage {
  readonly memory: Memory;
  readonly slot: number;
  readonly endSlot: number;
  readonly numRows: number;
  readonly layout: StreamLayout;
}

/** Writes records into pages on the heap, large ones into memory of their own. */
export function pagesOf(parts: readonly TypedRecords[], layouts: LayoutTable): TestPage[] {
  const pages: TestPage[] = [];
  for (const { type, records } of parts) {
    const layout = layouts.add(RowLayout.of(type) as RowLayout);
    let page: MemorySegment | undefined;
    let slot = 0;
    let numRows = 0;
    const end = (): void => {
      if (page === undefined || numRows === 0) return;
      page.putInt32(PAGE_USED_BYTES_OFFSET, (slot - page.firstSlot) * 8);
      page.putInt32(PAGE_NUM_RECORDS_OFFSET, numRows);
      pages.push({ memory: page.memory, slot: page.firstSlot + PAGE_HEADER_BYTES / 8, endSlot: slot, numRows, layout });
      page = undefined;
    };
    const begin = (): void => {
      page = new MemorySegment(new Memory(new ArrayBuffer(PAGE_SIZE_BYTES)), 0, PAGE_SIZE_BYTES);
      startPage(page, PAGE_KIND_DATA, layout.layout.idWords, false);
      slot = page.firstSlot + PAGE_HEADER_BYTES / 8;
      numRows = 0;
    };
    for (const record of records) {
      if (page === undefined) begin();
      let next = layout.serializer.write(record, page!.memory, slot, page!.endSlot);
      if (next < 0) {
        end();
        begin();
        next = layout.serializer.write(record, page!.memory, slot, page!.endSlot);
      }
      if (next < 0) {
        pages.push(largePage(record, layout));
        continue;
      }
      slot = next;
      numRows++;
    }
    end();
  }
  return pages;
}

function largePage(record: unknown, layout: StreamLayout): TestPage {
  for (let size = PAGE_SIZE_BYTES * 2; ; size *= 2) {
    const memory = new Memory(new ArrayBuffer(size));
    const endSlot = layout.serializer.write(record, memory, 0, memory.numSlots);
    if (endSlot >= 0) return { memory, slot: 0, endSlot, numRows: 1, layout };
  }
}

/** Reads pages; every third call finds that the next one has not come yet, unless all are there. */
export class TestPages implements PageCursor {
  memory!: Memory;
  slot = 0;
  endSlot = 0;
  numRows = 0;
  layout!: StreamLayout;
  isAtEnd = false;
  readonly #pages: readonly TestPage[];
  readonly #areAllThere: boolean;
  #next = 0;
  #numCalls = 0;

  constructor(pages: readonly TestPage[], areAllThere = false) {
    this.#pages = pages;
    this.#areAllThere = areAllThere;
  }

  nextPage(): boolean {
    if (!this.#areAllThere && ++this.#numCalls % 3 === 0) return false;
    const page = this.#pages[this.#next++];
    if (page === undefined) this.isAtEnd = true;
    else Object.assign(this, page);
    return page !== undefined;
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
  readonly budget: TestBudget;
  readonly spill = new TestSpill();
  readonly layouts: LayoutTable;
  readonly customTypes = [];
  readonly clock = new TestHost().clock;
  readonly out = new TestOutput();
  readonly hashSeed: { readonly low: number; readonly high: number };
  readonly #inputs: TestPage[][];
  readonly #functions: readonly ((...args: never[]) => unknown)[];
  readonly #operator: OperatorInfo;

  constructor(task: TestTask) {
    this.budget = new TestBudget(task.numPages);
    this.layouts = createLayoutTable({ code: task.code });
    this.hashSeed = { low: task.seed ?? 1, high: ~(task.seed ?? 1) };
    this.#inputs = task.inputs.map((parts) => pagesOf(parts, this.layouts));
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
    this.#inputs[index] = pagesOf(parts, this.layouts);
  }

  rows(index: number): RowCursor {
    return new RowsOfPages(new TestPages(this.#inputs[index]!, true));
  }

  pages(index: number): PageCursor {
    return new TestPages(this.#inputs[index]!);
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
