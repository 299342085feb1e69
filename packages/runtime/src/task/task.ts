/**
 * Is one task: a driver with its inputs, its chain and its outputs, as the scheduler runs it.
 *
 * 1. Broadcast sets, borders of range partitionings and inputs with a local strategy are taken in, whichever has something to read: two
 *    that come from one producer must not wait for each other. For the same reason a materialized input beside one that the driver reads as it
 *    comes is taken in while the driver runs; to the driver it is dry until it is complete.
 * 2. Functions are opened, the driver reads its inputs to their end, the chain ends, functions are closed, and
 *    what is left in the output is sent, with an event behind it.
 * 3. On the dynamic path of an iteration both are repeated, once for each superstep, until the input says that there is no other.
 */
import { FunctionAnalyzer } from "@millrace/closures";
import { invariant, MillraceError, type RuntimeContext } from "@millrace/core";
import type { JobVertex, ObjectRef, OperatorInfo } from "@millrace/job-graph";
import { type Chain, makeChain } from "../chain/index.js";
import { UserCode } from "../code/index.js";
import { driverFactory } from "../drivers/driver-factories.js";
import type { InputGate } from "../exchange/input-gate.js";
import { placeOfTask } from "../job/job-context.js";
import type { TaskMetrics, TaskReport } from "../metrics/task-metrics.js";
import type { PageCursor, RowCursor } from "../rows/row-cursor.js";
import { RowsOfPages } from "../rows/rows-of-pages.js";
import type { ChainContext, Driver, RecordOutput, Steps, TaskFunction, Wait } from "./driver.js";
import { LateInputs } from "./late-inputs.js";
import { OperatorRuntimeContext } from "./operator-runtime-context.js";
import { type RowKeeper, takePageIn } from "./row-keeper.js";
import type { TaskDriverContext } from "./task-driver-context.js";
import type { TaskParts } from "./task-parts.js";

/** Is what the scheduler hears of a task after a step. */
export type TaskState = "ready" | "waiting" | "finished";

/** Is one task of a vertex. */
export class Task {
  readonly name: string;
  readonly #parts: TaskParts;
  readonly #contexts = new Map<number, OperatorRuntimeContext>();
  /** By operator, function and method, in the order in which they are opened. */
  readonly #codes = new Map<string, UserCode>();
  readonly #chain: Chain | undefined;
  readonly #out: RecordOutput;
  readonly #steps: Steps;
  readonly #late: LateInputs;
  #driver: Driver | undefined;
  #wait: Wait = "turn";
  #isFinished = false;
  /** Says whom to tell when the task can go on. */
  onWake: (() => void) | undefined;
  /** Says whom to tell of a promise that the task waits for beside its input. */
  onPending: ((promise: Promise<unknown>) => void) | undefined;

  constructor(parts: TaskParts) {
    const { vertex, subtaskIndex, outputs } = parts;
    this.#parts = parts;
    this.name = `${vertex.name} (${subtaskIndex + 1}/${vertex.parallelism})`;
    const output = outputs[0];
    invariant(output !== undefined, "a task has an output");
    this.#chain = vertex.chain.length === 0 ? undefined : makeChain(vertex.chain, this.#chainContext(), output);
    this.#out = this.#chain ?? output;
    parts.iteration?.onChange(() => this.onReadable());
    this.#late = new LateInputs(parts);
    this.#steps = this.#run();
  }

  /** The step of the plan that it is a part of. */
  get vertex(): JobVertex {
    return this.#parts.vertex;
  }

  /** Measures what it does. */
  get metrics(): TaskMetrics {
    return this.#parts.metrics;
  }

  /** Tells what it did so far. */
  report(): TaskReport {
    const { vertex, subtaskIndex, metrics } = this.#parts;
    return metrics.report({ vertex: vertex.id, name: vertex.name, subtaskIndex });
  }

  /** What it waits for. */
  get wait(): Wait {
    return this.#wait;
  }

  get isFinished(): boolean {
    return this.#isFinished;
  }

  /** Is called when there is something new to read. */
  onReadable(): void {
    if (this.#wait === "input") this.onWake?.();
  }

  /** Is called when an output may have room again. */
  onRoom(): void {
    if (this.#wait === "output") this.onWake?.();
  }

  /** Is called when a promise was settled that the task waited for, or that it waits for beside its input. */
  onSettled(promise: Promise<unknown>): void {
    if (this.#wait === "input" || this.#wait === promise) this.onWake?.();
  }

  /** Does a piece of work. */
  step(): TaskState {
    if (this.#wait === "output") {
      if (!this.#makeRoom()) return "waiting";
      // The chain has more to do before the driver goes on, and has had its turn.
      if (this.#chain?.isPending === true) return "ready";
    }
    const { done, value } = this.#next();
    if (done === true) {
      this.#isFinished = true;
      return "finished";
    }
    this.#wait = value;
    if (value === "output") return this.#makeRoom() ? "ready" : "waiting";
    return value === "turn" ? "ready" : "waiting";
  }

  /** Goes on to the next step. An error of ours that does not know yet where it happened gets the place of the driver. */
  #next(): ReturnType<Steps["next"]> {
    try {
      return this.#steps.next();
    } catch (error) {
      if (!(error instanceof MillraceError) || error.code === "JOB_CANCELLED") throw error;
      const { vertex, subtaskIndex } = this.#parts;
      throw error.where.operator === undefined ? error.at(placeOfTask(vertex.operator, subtaskIndex)) : error;
    }
  }

  /** Sends pages that are not full, since nothing goes on otherwise; returns whether there were any. */
  flushForStarving(): boolean {
    let hasSent = false;
    for (const output of this.#parts.outputs) if (output.flushForStarving()) hasSent = true;
    return hasSent;
  }

  /**
   * Takes in what its inputs have while it waits for another of them: whoever sent that may be who is waited for. For a slot in which nothing
   * can go on; returns whether there was anything.
   */
  prefetch(): boolean {
    if (this.#wait !== "input") return false;
    let hasTaken = false;
    for (const { gate } of this.#parts.inputs) if (gate.prefetch()) hasTaken = true;
    return hasTaken;
  }

  /** Ends the task, however far it came: user code is closed, pages and files are given back. Never throws. */
  close(): void {
    this.#isFinished = true;
    quietly(() => this.#steps.return());
    this.#driver?.close();
    this.#chain?.abort();
    const { inputs, outputs, broadcasts, borders } = this.#parts;
    for (const { gate, keeper } of [...inputs, ...broadcasts, ...borders]) {
      gate.close();
      keeper?.close();
    }
    for (const output of outputs) output.close();
  }

  *#run(): Steps {
    const { inputs, broadcasts, borders, isDynamic } = this.#parts;
    const dams = [...borders, ...broadcasts, ...inputs.filter((each) => this.#late.isEarly(each))];
    if (!isDynamic) {
      yield* this.#takeIn(dams);
      yield* this.#runDriver();
      yield* this.#end({ kind: "endOfInput" });
      return;
    }
    yield* this.#takeIn(dams.filter(({ isConstant }) => isConstant));
    const changing = dams.filter(({ isConstant }) => !isConstant);
    const gates = [...inputs, ...broadcasts].filter(({ isConstant }) => !isConstant).map(({ gate }) => gate);
    for (let superstep = 1; yield* this.#hasAnother(gates, superstep); superstep++) {
      yield* this.#takeIn(changing);
      yield* this.#runDriver();
      yield* this.#end({ kind: "endOfSuperstep", superstep });
      for (const { keeper } of changing) keeper?.clear();
      this.#late.clear();
      for (const gate of gates) gate.beginSuperstep();
    }
    yield* this.#end({ kind: "endOfInput" });
  }

  /** Takes inputs in, a page at a time of each, until all are complete. */
  *#takeIn(dams: readonly { readonly gate: InputGate; readonly keeper: RowKeeper | undefined }[]): Steps {
    let open = dams;
    while (open.length > 0) {
      let hasRead = false;
      const left: (typeof dams)[number][] = [];
      for (const dam of open) {
        const taken = yield* takePageIn(dam.gate, dam.keeper!);
        // At the end of one, too: pages of an input that was looked at before may have come meanwhile.
        if (taken !== "nothing") hasRead = true;
        if (taken !== "end") left.push(dam);
      }
      open = left;
      if (open.length > 0) yield hasRead ? "turn" : "input";
    }
  }

  /** Tells whether there is another superstep. */
  *#hasAnother(gates: readonly InputGate[], superstep: number): Steps<boolean> {
    const { iteration } = this.#parts;
    // A task that reads nothing that changes is told by the iteration, all others by their inputs.
    while (gates.length === 0) {
      if (iteration!.numStarted >= superstep) return true;
      if (iteration!.isDone) return false;
      yield "input";
    }
    for (;;) {
      const next = gates.map((gate) => gate.peek());
      if (next.includes("more")) return true;
      if (next.every((each) => each === "end")) return false;
      yield "input";
    }
  }

  *#runDriver(): Steps {
    const { vertex } = this.#parts;
    const spec = vertex.driver;
    const make = this.#parts.makeDriver ?? ((context) => driverFactory(spec.kind)(spec, context));
    this.#driver ??= make(this.#driverContext());
    for (const context of this.#contexts.values()) context.begin();
    let isClosed = false;
    try {
      for (const each of this.#codes.values()) each.open();
      yield* this.#late.takeInDuring(this.#driver.run());
      yield* this.#endChain();
      isClosed = true;
      this.#closeFunctions();
    } finally {
      // The failure or the cancellation that ends the task here is the one to report.
      if (!isClosed) quietly(() => this.#closeFunctions());
    }
    for (const { accumulators } of this.#contexts.values()) this.#parts.job.accumulators.take(accumulators);
  }

  /** Closes all functions; throws the first failure when all were closed. */
  #closeFunctions(): void {
    const failures: unknown[] = [];
    for (const each of this.#codes.values()) {
      try {
        each.close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  *#endChain(): Steps {
    const chain = this.#chain;
    while (chain?.isPending === true) {
      chain.resume();
      if (chain.isPending) yield "output";
    }
  }

  /** Sends all that is left, then the event. */
  *#end(
    event: { readonly kind: "endOfInput" } | { readonly kind: "endOfSuperstep"; readonly superstep: number },
  ): Steps {
    if (this.#parts.endsItsOutputs) return;
    for (const output of this.#parts.outputs) yield* output.end(event);
  }

  #makeRoom(): boolean {
    for (const output of this.#parts.outputs) output.drain();
    if (this.#chain?.isPending === true && !this.#parts.outputs[0]!.isFull) this.#chain.resume();
    // A chain that waits for room is full as well, but only its output can give it that.
    return !this.#parts.outputs.some((output) => output.isFull);
  }

  #runtimeContext(operator: OperatorInfo): OperatorRuntimeContext {
    let context = this.#contexts.get(operator.id);
    if (context === undefined) {
      const { vertex, subtaskIndex, job, broadcastSets, iteration } = this.#parts;
      const subtask = { index: subtaskIndex, parallelism: vertex.parallelism };
      context = new OperatorRuntimeContext(operator, subtask, job, broadcastSets, iteration?.state);
      this.#contexts.set(operator.id, context);
    }
    return context;
  }

  #function(operator: OperatorInfo, ref: ObjectRef, method: string): UserCode {
    const { job, subtaskIndex } = this.#parts;
    const key = `${operator.id} ${ref} ${method}`;
    let code = this.#codes.get(key);
    if (code === undefined) {
      const object = job.objects.instantiate(ref);
      const { copies, customTypes, checksRecords } = job;
      const context = { subtaskIndex, copies, customTypes, checksRecords };
      code = new UserCode(object, operator, this.#runtimeContext(operator), context);
      this.#codes.set(key, code);
    }
    return code;
  }

  #chainContext(): ChainContext {
    const { vertex, subtaskIndex, job } = this.#parts;
    return {
      vertex,
      subtaskIndex,
      layouts: job.layouts,
      copies: job.copies,
      customTypes: job.customTypes,
      checksRecords: job.checksRecords,
      analyzer: job.shared("function analyzer", () => new FunctionAnalyzer()),
      function: (operator, ref, method) => this.#function(operator, ref, method),
      throwIfCancelled: () => job.throwIfCancelled(),
    };
  }

  #driverContext(): TaskDriverContext {
    const { vertex, subtaskIndex, job, budget, inputs, outputs, iteration } = this.#parts;
    return {
      vertex,
      subtaskIndex,
      budget,
      gate: (index) => inputs[index]!.gate,
      job,
      spill: job.spill,
      layouts: job.layouts,
      out: this.#out,
      outputs,
      hashSeed: job.hashSeed,
      iteration,
      runtimeContext: (): RuntimeContext => this.#runtimeContext(vertex.operator),
      rows: (index): RowCursor => inputs[index]!.keeper?.rows() ?? new RowsOfPages(inputs[index]!.gate),
      pages: (index): PageCursor =>
        this.#late.pagesOf(inputs[index]!) ?? inputs[index]!.keeper?.pages() ?? inputs[index]!.gate,
      function: (ref, method): TaskFunction => this.#function(vertex.operator, ref, method),
      userCode: (ref, method) => this.#function(vertex.operator, ref, method),
      waitBesideInput: (promise) => this.onPending?.(promise),
      throwIfCancelled: () => job.throwIfCancelled(),
    };
  }
}

function quietly(action: () => unknown): void {
  try {
    action();
  } catch {
    // What ended the task is reported, not what its ending runs into.
  }
}
