import { invariant } from "@millrace/core";
import type { TaskOutput } from "../exchange/task-output.js";
import type { SolutionSet } from "../hash/solution-set.js";
import type { PageCursor } from "../rows/row-cursor.js";
import type { Driver, Steps } from "../task/driver.js";
import type { TaskDriverContext } from "../task/task-driver-context.js";
import type { IterationPart, IterationRun } from "./iteration-run.js";

/** How many rows of a solution set are sent before another task has a turn. */
const ROWS_IN_A_TURN = 1024;

/**
 * Sends the state of each superstep into the dynamic path, output 0, and the result to what is behind the iteration, output 1. It drives
 * the supersteps, so its `run` is called once.
 */
export class HeadDriver implements Driver {
  readonly #context: TaskDriverContext;
  readonly #run: IterationRun;
  readonly #part: IterationPart;
  readonly #state: TaskOutput;
  readonly #result: TaskOutput;

  constructor(context: TaskDriverContext) {
    const { iteration, outputs, subtaskIndex } = context;
    invariant(iteration !== undefined && outputs.length === 2, "the head of an iteration is in it");
    this.#context = context;
    this.#run = iteration;
    this.#part = iteration.parts[subtaskIndex]!;
    this.#state = outputs[0]!;
    this.#result = outputs[1]!;
  }

  *run(): Steps {
    const run = this.#run;
    yield* this.#takeInitial();
    for (let superstep = 1; ; superstep++) {
      run.apply();
      while (run.numStarted < superstep) yield "input";
      yield* send(this.#part.feedback.current.pages(), this.#state);
      yield* this.#state.end({ kind: "endOfSuperstep", superstep });
      while (run.numEnded < superstep) yield "input";
      this.#part.feedback.turn();
      yield* this.#applyChanges();
      if (run.isDone) break;
    }
    yield* this.#state.end({ kind: "endOfInput" });
    const { solutionSet, feedback } = this.#part;
    if (solutionSet === undefined) yield* send(feedback.current.pages(), this.#result);
    else yield* this.#sendSolution(solutionSet);
    yield* this.#result.end({ kind: "endOfInput" });
  }

  close(): void {}

  *#sendSolution(solutionSet: SolutionSet): Steps {
    const result = this.#result;
    let numRows = 0;
    const steps = solutionSet.walk((memory, slot, layout) => {
      result.collectRow(memory, slot, layout);
      return !result.isFull && ++numRows % ROWS_IN_A_TURN !== 0;
    });
    for (const step of steps) {
      if (!result.isWanted) return;
      yield step;
    }
  }

  /** Takes in the initial state, of all inputs whichever has something to read: they may come from one producer. */
  *#takeInitial(): Steps {
    const { solutionSet, feedback } = this.#part;
    const workset = this.#context.pages(solutionSet === undefined ? 0 : 1);
    const solution = solutionSet === undefined ? undefined : this.#context.pages(0);
    for (;;) {
      let hasRead = false;
      if (workset.nextPage()) {
        const steps = feedback.current.add(workset);
        if (steps !== undefined) yield* steps;
        hasRead = true;
      }
      if (solution?.nextPage() === true) {
        putAll(solution, this.#part);
        hasRead = true;
      }
      if (workset.isAtEnd && solution?.isAtEnd !== false) break;
      yield hasRead ? "turn" : "input";
    }
    yield* feedback.current.complete();
  }

  *#applyChanges(): Steps {
    const { changes } = this.#part;
    if (changes === undefined) return;
    for (const pages = changes.pages(); pages.nextPage(); ) {
      putAll(pages, this.#part);
      yield "turn";
    }
    changes.clear();
  }
}

function putAll(pages: PageCursor, { solutionSet }: IterationPart): void {
  const { memory, endSlot, layout } = pages;
  for (let slot = pages.slot; slot < endSlot; slot += memory.i32[slot * 2]! >> 3)
    solutionSet!.upsert(memory, slot, layout);
}

/** Sends rows, as long as anybody reads them. */
function* send(pages: PageCursor, output: TaskOutput): Steps {
  while (output.isWanted && pages.nextPage()) {
    const { memory, endSlot, layout } = pages;
    const { i32 } = memory;
    for (let slot = pages.slot; slot < endSlot; slot += i32[slot * 2]! >> 3) output.collectRow(memory, slot, layout);
    while (output.isFull) yield "output";
  }
}
