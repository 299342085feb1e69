/**
 * Joins its input with the solution set of the iteration (R068, [O65]). The solution set is not an input: it is looked up, a page of probing rows at a
 * time. Rows whose partition was spilled are put off to the end of the input, and then looked up partition by partition.
 */
import type { Memory } from "@millrace/core";
import type { DriverSpec } from "@millrace/job-graph";
import { HashKeys } from "../hash/hash-keys.js";
import { type HashRange, prefixOf } from "../hash/hash-range.js";
import { MIN_PUT_OFF_PAGES, PutOffRows } from "../hash/put-off-rows.js";
import type { SolutionSet } from "../hash/solution-set.js";
import { RowPairOrder } from "../rows/row-order.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { Driver, DriverContext, Steps } from "../task/driver.js";
import type { PairOutput } from "./pair-output.js";
import { createPairOutput } from "./pair-results.js";
import { TimedPace } from "./timed-pace.js";

type JoinSpec = Extract<DriverSpec, { kind: "join" }>;

/** The least pages of the driver. @internal */
export const MIN_SOLUTION_JOIN_PAGES = MIN_PUT_OFF_PAGES;

/** Makes the driver of a join with `solution`, the solution set of this subtask. @internal */
export function solutionJoinDriver(spec: JoinSpec, context: DriverContext, solution: SolutionSet): Driver {
  return new SolutionJoinDriver(spec, context, solution);
}

class SolutionJoinDriver implements Driver {
  readonly #context: DriverContext;
  readonly #solution: SolutionSet;
  readonly #isSolutionFirst: boolean;
  /** Whether probing rows without a match, and with one, have a result. */
  readonly #keepsUnmatched: boolean;
  readonly #keepsMatched: boolean;
  /** Whether the result of a match is the probing row alone. */
  readonly #isFilter: boolean;
  readonly #keys: HashKeys;
  readonly #equality: RowPairOrder;
  readonly #putOff: PutOffRows;
  readonly #output: PairOutput;
  readonly #pace: TimedPace;

  constructor(spec: JoinSpec, context: DriverContext, solution: SolutionSet) {
    this.#context = context;
    this.#pace = new TimedPace(context.clock);
    this.#solution = solution;
    this.#isSolutionFirst = spec.strategy === "solution-first";
    const { joinType } = spec;
    this.#isFilter = joinType === "semi" || joinType === "anti";
    this.#keepsUnmatched = joinType !== "inner" && joinType !== "semi";
    this.#keepsMatched = joinType !== "anti";
    const probeKeys = this.#isSolutionFirst ? spec.rightKeys : spec.leftKeys;
    this.#keys = new HashKeys(probeKeys);
    this.#equality = new RowPairOrder(solution.keys, probeKeys);
    this.#putOff = new PutOffRows(context.budget, context.spill, context.layouts);
    this.#output = createPairOutput(spec.result, spec, "join", context);
  }

  *run(): Steps {
    const pages = this.#context.pages(0);
    for (;;) {
      if (this.#context.out.isFull) yield "output";
      if (pages.nextPage()) {
        yield* this.#probePage(pages.memory, pages.slot, pages.endSlot, pages.layout);
        yield "turn";
      } else if (pages.isAtEnd) {
        break;
      } else {
        yield "input";
      }
    }
    yield* this.#probePutOff();
  }

  close(): void {
    this.#solution.endLoading(this);
    this.#putOff.clear();
    this.#context.budget.giveAll();
  }

  *#probePage(memory: Memory, firstSlot: number, endSlot: number, layout: StreamLayout): Steps {
    const { hash, hasNull } = this.#keys.of(layout);
    const { hashSeed } = this.#context;
    const solution = this.#solution;
    for (let slot = firstSlot; slot < endSlot; slot += memory.i32[slot * 2]! >>> 3) {
      if (hasNull?.(memory, slot) === true) {
        this.#unmatched(memory, slot, layout);
      } else {
        const keyHash = hash(memory, slot, hashSeed);
        const partition = solution.partitionOf(keyHash);
        if (solution.isSpilled(partition)) this.#putOff.add(memory, slot, layout, keyHash);
        else this.#probe(memory, slot, layout, keyHash);
      }
      if (this.#output.isWaiting) yield* this.#output.drain();
    }
  }

  /** Looks up what was put off. Whoever has a partition loaded may not wait for others, who might wait for it: the output keeps what it has no room for. */
  *#probePutOff(): Steps {
    this.#putOff.finish();
    const solution = this.#solution;
    let isLoading = false;
    for (let partition = 0; partition < solution.numPartitions; partition++) {
      if (!solution.isSpilled(partition) || !this.#putOff.hasRowsOf(solution.rangeOf(partition))) continue;
      if (!isLoading) yield* solution.beginLoading(this);
      isLoading = true;
      yield* solution.passes(partition, (pass) => this.#probePass(pass));
    }
    solution.endLoading(this);
    this.#putOff.clear();
  }

  *#probePass(pass: HashRange): Steps {
    const rows = yield* this.#putOff.rowsOf(pass);
    while (rows.next()) {
      const { hash, memory, slot, layout } = rows;
      if (prefixOf(hash, pass.numBits) !== pass.prefix) continue;
      this.#probe(memory, slot, layout, hash);
      if (this.#output.isWaiting) {
        for (const wait of this.#output.drain()) yield wait === "output" ? "turn" : wait;
        this.#context.throwIfCancelled();
      } else if (this.#pace.isDue()) {
        // Rows may have no results at all.
        yield "turn";
      }
    }
    rows.close();
  }

  #probe(memory: Memory, slot: number, layout: StreamLayout, hash: number): void {
    const found = this.#solution.find(memory, slot, layout, hash, this.#equality);
    if (found === undefined) {
      this.#unmatched(memory, slot, layout);
    } else if (this.#keepsMatched) {
      if (this.#isFilter) this.#output.left(memory, slot, layout);
      else if (this.#isSolutionFirst) {
        this.#output.pair(found.memory, found.slot, found.layout, memory, slot, layout);
      } else {
        this.#output.pair(memory, slot, layout, found.memory, found.slot, found.layout);
      }
    }
  }

  #unmatched(memory: Memory, slot: number, layout: StreamLayout): void {
    if (!this.#keepsUnmatched) return;
    if (this.#isSolutionFirst) this.#output.right(memory, slot, layout);
    else this.#output.left(memory, slot, layout);
  }
}
