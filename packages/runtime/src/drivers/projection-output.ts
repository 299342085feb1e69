import { fieldValue, type Memory, parseFieldPath } from "@millrace/core";
import type { PairResultSpec, ValuePosition } from "@millrace/job-graph";
import { RowScratch } from "../exchange/row-scratch.js";
import { MAX_PAGE_ROW_SLOTS } from "../memory/page-slots.js";
import { pathInRow, RowFieldReader, RowRecordReader } from "../rows/record-reader.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { DriverContext } from "../task/driver.js";
import { PairOutput, type PairValues, type RowPairs } from "./pair-output.js";
import { ProjectionPlans } from "./projection-plans.js";

/** Gives fields of both sides, and reads no others. A missing side has nulls. */
export class ProjectionOutput extends PairOutput {
  readonly #fields: readonly ProjectedField[];
  readonly #shape: "row" | "tuple";
  readonly #plans: ProjectionPlans;
  readonly #scratch = new RowScratch();

  constructor(projection: Projection, values: PairValues, { out, layouts }: DriverContext) {
    super(out);
    const { shape, fields } = projection;
    const { leftValue, rightValue } = values;
    this.#shape = shape;
    this.#plans = new ProjectionPlans(projection, values, layouts);
    this.#fields = fields.map(({ side, path, name }) => ({
      isLeft: side === "first",
      name: name ?? path,
      reader: projectedReader(path, side === "first" ? leftValue : rightValue),
    }));
  }

  override pair(
    left: Memory,
    leftSlot: number,
    leftLayout: StreamLayout,
    right: Memory,
    rightSlot: number,
    rightLayout: StreamLayout,
  ): void {
    const record = this.#recordOf((field) =>
      field.isLeft ? field.reader.read(left, leftSlot, leftLayout) : field.reader.read(right, rightSlot, rightLayout),
    );
    const planned = this.#plans.of(leftLayout, rightLayout);
    if (planned === false) {
      this.out.collect(record);
    } else {
      // Its types are known. Those of a tuple that is looked at would be the same for all its fields, whatever they have.
      this.#scratch.write(record, planned.layout.serializer);
      this.out.collectRow(this.#scratch.memory, 0, planned.layout);
    }
    this.count();
  }

  override takesPairs(left: StreamLayout, right: StreamLayout): boolean {
    return this.#plans.of(left, right) !== false;
  }

  override pairs(
    { kernels, plan, rows }: RowPairs,
    lefts: number,
    leftLayout: StreamLayout,
    rights: number,
    rightLayout: StreamLayout,
    from: number,
    numPairs: number,
  ): number {
    const planned = this.#plans.of(leftLayout, rightLayout);
    if (planned === false) return from;
    const { memory } = kernels;
    memory.i32.set(planned.words, plan * 2);
    const next = kernels.projectPairs(
      plan,
      lefts,
      rights,
      from,
      numPairs,
      rows.firstSlot,
      rows.firstSlot + MAX_PAGE_ROW_SLOTS,
    );
    if (next > from) this.out.collectRows(memory, rows.firstSlot, kernels.endSlot, planned.layout);
    this.isWaiting = true;
    return next;
  }

  override left(memory: Memory, slot: number, layout: StreamLayout): void {
    this.#collect((field) => (field.isLeft ? field.reader.read(memory, slot, layout) : null));
  }

  override right(memory: Memory, slot: number, layout: StreamLayout): void {
    this.#collect((field) => (field.isLeft ? null : field.reader.read(memory, slot, layout)));
  }

  #collect(read: (field: ProjectedField) => unknown): void {
    this.out.collect(this.#recordOf(read));
    this.count();
  }

  #recordOf(read: (field: ProjectedField) => unknown): unknown {
    if (this.#shape === "tuple") return this.#fields.map(read);
    return Object.fromEntries(this.#fields.map((field) => [field.name, read(field)]));
  }
}

type Projection = Extract<PairResultSpec, { kind: "projection" }>;

interface ProjectedField {
  readonly isLeft: boolean;
  readonly name: string;
  readonly reader: FieldOfRecord;
}

interface FieldOfRecord {
  read(memory: Memory, slot: number, layout: StreamLayout): unknown;
}

function projectedReader(path: string, value: ValuePosition): FieldOfRecord {
  const parsed = parseFieldPath(path);
  // A path with a wildcard means the value whose fields are meant, which may be the whole record.
  if (!parsed.isWildcard) return new RowFieldReader(pathInRow(path, value));
  const record = new RowRecordReader(value);
  return { read: (memory, slot, layout) => fieldValue(record.read(memory, slot, layout), parsed) };
}
