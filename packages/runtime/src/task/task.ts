/**
 * Is one task: a driver with its inputs, its chain and its outputs, as the scheduler runs it.
 *
 * 1. Broadcast sets, borders of range partitionings and inputs with a local strategy are taken in, whichever has something to read: two
 *    that come from one producer must not wait for each other. For the same reason a materialized input beside one that the driver reads as it
 *    comes is taken in while the driver runs; to the driver it is dry until it is complete.
 * 2. Functions are opened, the driver reads its inputs to their end, the chain ends, functions are closed, and
 *    what is left in the output is sent, with an event behind it.
 * 3. On the dynamic path of an iteration both are repeated, once for each superstep, until the input says that there is no other.
 * 4. When the driver has ended, what it did not read of its inputs is dropped, and the producers are told. A task of whose outputs nobody
 *    reads any more ends its driver, as if its inputs had ended: functions are closed, and events are sent.
 */
import { FunctionAnalyzer } from "@millrace/closures";
import { invariant, MillraceError, type RuntimeContext } from "@millrace/core";
import type { JobVertex } from "@millrace/job-graph";
import { type Chain, makeChain } from "../chain/index.js";
import { driverFactory } from "../drivers/driver-factories.js";
import type { InputGate } from "../exchange/input-gate.js";
import { placeOfTask } from "../job/job-context.js";
import type { TaskMetrics, TaskReport } from "../metrics/task-metrics.js";
import type { PageCursor, RowCursor } from "../rows/row-cursor.js";
import { RowsOfPages } from "../rows/rows-of-pages.js";
import type { ChainContext, Driver, RecordOutput, Steps, TaskFunction, Wait } from "./driver.js";
import { LateInputs } from "./late-inputs.js";
import { takePageIn } from "./row-keeper.js";
import type { TaskDriverContext } from "./task-driver-context.js";
import { TaskFunctions } from "./task-functions.js";
import type { TaskInput, TaskParts } from "./task-parts.js";

/** Is what the scheduler hears of a task after a step; "held" when it did none, since what it waits for is not settled. */
export type TaskState = "ready" | "waiting" | "held" | "finished";

/** Is one task of a vertex. */
export class Task {
  readonly name: string;
  readonly #parts: TaskParts;
  readonly #functions: TaskFunctions;
  readonly #chain: Chain | undefined;
  readonly #out: RecordOutput;
  readonly #steps: Steps;
  readonly #late: LateInputs;
  #driver: Driver | undefined;
  #wait: Wait = "turn";
  /** The promise that was settled last of those that it waited for. */
  #settled: Promise<unknown> | undefined;
  #isFinished = false;
  #isClosed = false;
  /** Whether anybody needs results of the driver, in this superstep. */
  #isWanted = true;
  /** Whether a consumer said that it reads no more since the task looked last. */
  #hasLostReader = false;
  /** Whether it stands in the queue of its scheduler. A set of tasks would be remade all the time, and fill the old heap. */
  isQueued = false;
  /** Says whom to tell when the task can go on. */
  onWake: (() => void) | undefined;
  /** Says whom to tell of a promise that the task waits for beside its input. */
  onPending: ((promise: Promise<unknown>) => void) | undefined;

  constructor(parts: TaskParts) {
    const { vertex, subtaskIndex, outputs } = parts;
    this.#parts = parts;
    this.#functions = new TaskFunctions(parts);
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
    const { vertex, subtaskIndex, metrics, iteration } = this.#parts;
    const numSupersteps = iteration?.numEnded ?? 0;
    return metrics.report({ vertex: vertex.id, name: vertex.name, subtaskIndex, numSupersteps });
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
    if (this.#wait === "input" || this.#wait === "inputOrOutput") this.onWake?.();
  }

  /** Is called when an output may have room again. */
  onRoom(): void {
    if (this.#wait === "output" || this.#wait === "inputOrOutput") this.onWake?.();
  }

  /** Is called when a consumer reads no more. */
  onUnwanted(): void {
    this.#hasLostReader = true;
    // Once only: afterwards it may wait for a promise that is not settled.
    if (this.#isWanted && !this.#hasReader) this.onWake?.();
  }

  /** Is called when a promise was settled that the task waited for, or that it waits for beside its input. */
  onSettled(promise: Promise<unknown>): void {
    if (this.#wait === promise) this.#settled = promise;
    if (this.#wait === "input" || this.#wait === promise) this.onWake?.();
  }

  /** Does a piece of work. */
  step(): TaskState {
    const wasWanted = this.#isWanted;
    if (this.#hasLostReader) this.#lookForReaders();
    // A step may have woken its own task, such as by input that came while it dropped its inputs. What nobody wants any more waits no longer.
    const isCutShort = wasWanted && !this.#isWanted;
    if (typeof this.#wait === "object" && this.#wait !== this.#settled && !isCutShort) return "held";
    if (this.#wait === "output" && this.#isWanted) {
      if (!this.#makeRoom()) return "waiting";
      // The chain has more to do before the driver goes on, and has had its turn.
      if (this.#chain?.isPending === true) return "ready";
    }
    // Who reads while it has no room goes on anyhow.
    if (this.#wait === "inputOrOutput") this.#makeRoom();
    const { done, value } = this.#next();
    if (done === true) {
      this.#isFinished = true;
      return "finished";
    }
    this.#wait = value;
    if (value === "output" || value === "inputOrOutput") return this.#makeRoom() ? "ready" : "waiting";
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

  /**
   * Ends the task, however far it came: user code is closed, pages and files are given back. Never throws: what fails keeps nothing else from
   * being closed. Does nothing a second time.
   */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#isFinished = true;
    quietly(() => this.#steps.return());
    quietly(() => this.#driver?.close());
    quietly(() => this.#chain?.abort());
    const { inputs, outputs, broadcasts, borders, feedback } = this.#parts;
    for (const { gate, keeper } of [...inputs, ...broadcasts, ...borders]) {
      quietly(() => gate.close());
      quietly(() => keeper?.close());
    }
    for (const gate of feedback) quietly(() => gate.close());
    for (const output of outputs) quietly(() => output.close());
  }

  *#run(): Steps {
    const { inputs, broadcasts, borders, isDynamic } = this.#parts;
    const early = inputs.filter((each) => this.#late.isEarly(each));
    const others = [...borders, ...broadcasts];
    if (!isDynamic) {
      yield* this.#takeIn(others, early);
      yield* this.#runDriver(inputs);
      yield* this.#end({ kind: "endOfInput" });
      return;
    }
    const changes = ({ isConstant }: TaskInput): boolean => !isConstant;
    yield* this.#takeIn([...others, ...early].filter(({ isConstant }) => isConstant));
    const changing = inputs.filter(changes);
    const gates = [...changing, ...broadcasts.filter(changes)].map(({ gate }) => gate);
    for (let superstep = 1; yield* this.#hasAnother(gates, superstep); superstep++) {
      yield* this.#takeIn(others.filter(changes), early.filter(changes));
      yield* this.#runDriver(changing);
      yield* this.#end({ kind: "endOfSuperstep", superstep });
      for (const gate of gates) yield* this.#toEnd(gate);
      for (const { keeper } of [...others, ...early].filter(changes)) keeper?.clear();
      this.#late.clear();
      for (const gate of gates) gate.beginSuperstep();
      this.#isWanted = this.#hasReader;
      // Only now: the next superstep may begin when all tasks have come here.
      this.#parts.iteration!.arrive();
    }
    yield* this.#end({ kind: "endOfInput" });
  }

  /** Takes inputs in, a page at a time of each, until all are complete; those for the driver only as long as somebody needs its results. */
  *#takeIn(others: readonly TaskInput[], forDriver: readonly TaskInput[] = []): Steps {
    let open = [...others, ...forDriver];
    while (open.length > 0) {
      let hasRead = false;
      const left: TaskInput[] = [];
      for (const dam of open) {
        if (!this.#isWanted && forDriver.includes(dam)) continue;
        const taken = yield* takePageIn(dam.gate, dam.keeper!);
        // At the end of one, too: pages of an input that was looked at before may have come meanwhile.
        if (taken !== "nothing") hasRead = true;
        if (taken !== "end") left.push(dam);
      }
      open = left;
      if (open.length > 0) yield hasRead ? "turn" : "input";
    }
  }

  /** Waits for the end of what was dropped of an input. */
  *#toEnd(gate: InputGate): Steps {
    while (!gate.isAtEnd) if (!gate.nextPage() && !gate.isAtEnd) yield "input";
  }

  /** Tells whether there is another superstep. */
  *#hasAnother(gates: readonly InputGate[], superstep: number): Steps<boolean> {
    const iteration = this.#parts.iteration!;
    // Rows of the next superstep may come before the decision about the last one, where tasks are in several places.
    while (iteration.numEnded < superstep - 1) yield "input";
    // A task that reads nothing that changes is told by the iteration, all others by their inputs.
    while (gates.length === 0) {
      if (iteration.numStarted >= superstep) return true;
      if (iteration.isDone) return false;
      yield "input";
    }
    for (;;) {
      const next = gates.map((gate) => gate.peek());
      if (next.includes("more")) return true;
      if (next.every((each) => each === "end")) return false;
      yield "input";
    }
  }

  /** @param inputs - those that end with the run */
  *#runDriver(inputs: readonly TaskInput[]): Steps {
    const { vertex } = this.#parts;
    const spec = vertex.driver;
    const make = this.#parts.makeDriver ?? ((context) => driverFactory(spec.kind)(spec, context));
    const driver = this.#driver ?? make(this.#driverContext());
    this.#driver = driver;
    let isClosed = false;
    try {
      this.#functions.open();
      yield* this.#whileWanted(this.#late.takeInDuring(driver.run()));
      for (const { gate } of inputs) gate.skip();
      if (this.#isWanted) yield* this.#endChain();
      if (!this.#isWanted) yield* this.#leave(driver);
      isClosed = true;
      this.#functions.close();
    } finally {
      // The failure or the cancellation that ends the task here is the one to report.
      if (!isClosed) quietly(() => this.#functions.close());
    }
    this.#functions.handInAccumulators();
  }

  /** Goes through the steps of a driver until they are done, or nobody needs its results. */
  *#whileWanted(steps: Steps): Steps {
    try {
      while (this.#isWanted) {
        const { done, value } = steps.next();
        if (done === true) return;
        yield value;
      }
    } finally {
      steps.return();
    }
  }

  /** Ends what a driver and the chain have left. In the next superstep another driver begins, which knows nothing of this. */
  *#leave(driver: Driver): Steps {
    this.#chain?.leave();
    if (driver.leave !== undefined) yield* driver.leave();
    driver.close();
    this.#driver = undefined;
  }

  *#endChain(): Steps {
    const chain = this.#chain;
    while (this.#isWanted && chain?.isPending === true) {
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

  /** Whether somebody reads an output, or none of the outputs is there to be read. Heads go on whoever reads: they drive the supersteps. */
  get #hasReader(): boolean {
    const { outputs, endsItsOutputs } = this.#parts;
    return endsItsOutputs || outputs.some((output) => output.isWanted);
  }

  #lookForReaders(): void {
    this.#hasLostReader = false;
    for (const output of this.#parts.outputs) output.update();
    this.#isWanted = this.#hasReader;
  }

  #makeRoom(): boolean {
    for (const output of this.#parts.outputs) output.drain();
    if (this.#chain?.isPending === true && !this.#parts.outputs[0]!.isFull) this.#chain.resume();
    // A chain that waits for room is full as well, but only its output can give it that.
    return !this.#parts.outputs.some((output) => output.isFull);
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
      function: (operator, ref, method) => this.#functions.of(operator, ref, method),
      throwIfCancelled: () => job.throwIfCancelled(),
    };
  }

  #driverContext(): TaskDriverContext {
    const { vertex, subtaskIndex, job, budget, inputs, outputs, iteration, feedback } = this.#parts;
    return {
      vertex,
      subtaskIndex,
      budget,
      gate: (index) => inputs[index]!.gate,
      job,
      spill: job.spill,
      layouts: job.layouts,
      customTypes: job.customTypes,
      clock: job.host.clock,
      out: this.#out,
      outputs,
      hashSeed: job.hashSeed,
      feedback,
      iteration,
      runtimeContext: (): RuntimeContext => this.#functions.contextOf(vertex.operator),
      rows: (index): RowCursor => inputs[index]!.keeper?.rows() ?? new RowsOfPages(inputs[index]!.gate),
      pages: (index): PageCursor =>
        this.#late.pagesOf(inputs[index]!) ?? inputs[index]!.keeper?.pages() ?? inputs[index]!.gate,
      function: (ref, method): TaskFunction => this.#functions.of(vertex.operator, ref, method),
      userCode: (ref, method) => this.#functions.of(vertex.operator, ref, method),
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
