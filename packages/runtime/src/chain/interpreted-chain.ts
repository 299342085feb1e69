/**
 * A chain as stages that hand records to each other: the readable form, and the stand-in, of the generated function. Rows are
 * decoded before the first stage.
 */
import type { Memory } from "@millrace/core";
import type { ChainedSpec } from "@millrace/job-graph";
import { placeOf } from "../code/result-intake.js";
import { collectEachRow } from "../rows/collect-each-row.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { ChainContext, RecordOutput } from "../task/driver.js";
import type { Chain } from "./chain.js";
import { KeyedRecordOutput, keyedRecordTypeOf } from "./keyed-record-output.js";
import { PendingIterables } from "./pending-iterables.js";
import { makeStage, reported, type Take } from "./stages.js";

/** Runs a chain stage by stage. @internal */
export class InterpretedChain implements Chain {
  readonly #pending: PendingIterables;
  readonly #next: RecordOutput;
  readonly #head: Take;

  constructor(specs: readonly ChainedSpec[], context: ChainContext, next: RecordOutput) {
    this.#next = next;
    this.#pending = new PendingIterables(next);
    this.#head = specs.reduceRight<Take>(
      (take, spec) => makeStage(spec, context, this.#pending, take),
      endOf(specs, context, next),
    );
  }

  get isFull(): boolean {
    return this.#next.isFull || this.#pending.isPending;
  }

  get isPending(): boolean {
    return this.#pending.isPending;
  }

  collect(record: unknown): void {
    if (this.#pending.isPending) this.#pending.enqueue(record);
    else this.#head(record);
  }

  collectRow(memory: Memory, slot: number, layout: StreamLayout): void {
    this.collect(layout.serializer.read(memory, slot));
  }

  collectRows(memory: Memory, slot: number, endSlot: number, layout: StreamLayout): void {
    collectEachRow(this, memory, slot, endSlot, layout);
  }

  resume(): void {
    this.#pending.resume(this.#head);
  }

  leave(): void {
    this.#pending.leave();
  }

  abort(): void {
    this.#pending.close();
  }
}

/** Returns what takes the results of the last operator. */
function endOf(specs: readonly ChainedSpec[], context: ChainContext, next: RecordOutput): Take {
  const last = specs.at(-1);
  const recordType = last === undefined ? undefined : keyedRecordTypeOf(last, context);
  if (last === undefined || recordType === undefined) return (record) => next.collect(record);
  const output = new KeyedRecordOutput(recordType, context.layouts, next, context.customTypes);
  return (record) => reported(placeOf(last.operator, context.subtaskIndex), () => output.collect(record as unknown[]));
}
