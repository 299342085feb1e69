import { compile, literal, type Memory } from "@millrace/core";
import type { ChainedSpec } from "@millrace/job-graph";
import { CodeUnit } from "../expressions/index.js";
import { collectEachRow } from "../rows/collect-each-row.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { ChainContext, RecordOutput } from "../task/driver.js";
import type { FlatMapFunctions } from "./call-code.js";
import type { Chain } from "./chain.js";
import { ChainCode } from "./chain-code.js";
import { ChainRuntime } from "./chain-runtime.js";
import { PendingIterables } from "./pending-iterables.js";

type TakeRow = (memory: Memory, slot: number) => void;

/** Runs a chain as one generated function for records, and one for the rows of each layout. @internal */
export class GeneratedChain implements Chain {
  readonly #specs: readonly ChainedSpec[];
  readonly #next: RecordOutput;
  readonly #pending: PendingIterables;
  readonly #runtime: ChainRuntime;
  readonly #take: (record: unknown) => void;
  readonly #flatMaps: FlatMapFunctions;
  /** By the number of the layout. */
  readonly #rows: (TakeRow | undefined)[] = [];

  constructor(specs: readonly ChainedSpec[], context: ChainContext, next: RecordOutput) {
    this.#specs = specs;
    this.#next = next;
    this.#pending = new PendingIterables(next);
    this.#runtime = new ChainRuntime(specs, context, this.#pending, next);
    const unit = new CodeUnit();
    const code = new ChainCode(specs, unit, this.#runtime);
    const take = code.recordFunction(0);
    const made = compileUnit<{ take: (record: unknown) => void; flatMaps: FlatMapFunctions }>(
      specs,
      unit,
      `{ take: ${take}, flatMaps: ${code.flatMapTable()} }`,
    );
    this.#take = made.take;
    this.#flatMaps = made.flatMaps;
  }

  get isFull(): boolean {
    return this.#next.isFull || this.#pending.isPending;
  }

  get isPending(): boolean {
    return this.#pending.isPending;
  }

  collect(record: unknown): void {
    if (this.#pending.isPending) this.#pending.enqueue(record);
    else this.#take(record);
  }

  collectRow(memory: Memory, slot: number, layout: StreamLayout): void {
    if (this.#pending.isPending) this.#pending.enqueue(layout.serializer.read(memory, slot));
    else (this.#rows[layout.index] ?? this.#addLayout(layout))(memory, slot);
  }

  collectRows(memory: Memory, slot: number, endSlot: number, layout: StreamLayout): void {
    collectEachRow(this, memory, slot, endSlot, layout);
  }

  resume(): void {
    this.#pending.resume(this.#take);
  }

  leave(): void {
    this.#pending.leave();
  }

  abort(): void {
    this.#pending.close();
  }

  #addLayout(layout: StreamLayout): TakeRow {
    const unit = new CodeUnit();
    const code = new ChainCode(this.#specs, unit, this.#runtime, this.#flatMaps);
    const text = code.rowFunction(layout);
    const take = compileUnit<TakeRow>(this.#specs, unit, `(${text})`);
    this.#rows[layout.index] = take;
    return take;
  }
}

/**
 * Makes the functions of a unit. Their text names the operators, so that chains of other operators, whose functions
 * are others, do not share what the engine learned of these.
 */
function compileUnit<T>(specs: readonly ChainedSpec[], unit: CodeUnit, result: string): T {
  const names = specs.map(({ operator }) => `${operator.id} ${operator.name}`).join(" -> ");
  return compile<T>(unit.scope, `${literal(names)};\n${unit.functions.join("\n")}\nreturn ${result};`);
}
