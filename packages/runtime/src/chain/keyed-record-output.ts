import { type AnyType, type CustomType, LayoutDiscovery, RowLayout, type TypeInformation, types } from "@millrace/core";
import type { ChainedSpec } from "@millrace/job-graph";
import type { CodeContext } from "../code/code-context.js";
import { declaredTypeOf } from "../code/result-intake.js";
import { ScratchMemory } from "../rows/scratch-memory.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import type { RecordOutput } from "../task/driver.js";

/**
 * Returns the type of the records that an operator attaches keys to: the last element of the type of its results. Undefined for other
 * operators, and when nobody declared a type.
 * @internal
 */
export function keyedRecordTypeOf(spec: ChainedSpec, context: CodeContext): AnyType | undefined {
  const type = spec.kind === "attachKey" ? (declaredTypeOf(spec.operator, context) as AnyType | undefined) : undefined;
  return type?.kind === "tuple" ? type.elements.at(-1) : undefined;
}

/**
 * Gives tuples of keys and a record as rows in which the record has its declared type: the readable form of what
 * `row-composition.ts` does.
 * @internal
 */
export class KeyedRecordOutput {
  readonly #recordType: AnyType;
  readonly #layouts: LayoutTable;
  readonly #output: RecordOutput;
  readonly #discovery: LayoutDiscovery;
  readonly #scratch = new ScratchMemory();
  #keyLayout: RowLayout | undefined;
  #layout: StreamLayout | undefined;

  /** @param customTypes - the types whose values keep their class in keys */
  constructor(
    recordType: AnyType,
    layouts: LayoutTable,
    output: RecordOutput,
    customTypes: readonly CustomType[] = [],
  ) {
    this.#discovery = new LayoutDiscovery(customTypes);
    this.#recordType = recordType;
    this.#layouts = layouts;
    this.#output = output;
  }

  /** Takes a tuple of keys and, last, a record. Throws RECORD_TYPE_MISMATCH for a record of another type. */
  collect(tuple: readonly unknown[]): void {
    const layout = this.#layoutFor(tuple.slice(0, -1));
    const { write } = layout.serializer;
    if (this.#scratch.isLarge) this.#scratch.shrink();
    while (write(tuple, this.#scratch.memory, 0, this.#scratch.memory.numSlots) < 0) this.#scratch.grow();
    this.#output.collectRow(this.#scratch.memory, 0, layout);
  }

  #layoutFor(keys: readonly unknown[]): StreamLayout {
    const keyLayout = this.#discovery.observe(keys) as RowLayout;
    if (keyLayout === this.#keyLayout && this.#layout !== undefined) return this.#layout;
    const found = keyLayout.type as unknown as AnyType;
    const keyTypes = found.kind === "tuple" ? found.elements : keys.map(() => types.any);
    this.#keyLayout = keyLayout;
    this.#layout = this.#layouts.add(
      RowLayout.of(types.tuple(...keyTypes, this.#recordType as TypeInformation<unknown>)) as RowLayout,
    );
    return this.#layout;
  }
}
