/**
 * Sends the state of each superstep into the dynamic path, output 0, and the result to what is behind the iteration, output 1. It drives
 * the supersteps, so its `run` is called once.
 *
 * Tails of the same index in the same slot give it what they take by the {@link Feedback} that they share. Those elsewhere send it: then it
 * *arrives* here, and the head tells the coordinator when all has. Tasks elsewhere that look into the solution set have copies of it:
 * they are sent the set in the first superstep, and in each one after it what has changed, along output 2.
 */
import { invariant } from "@millrace/core";
import type { TaskOutput } from "../exchange/task-output.js";
import type { SolutionSet } from "../hash/solution-set.js";
import type { PageCursor } from "../rows/row-cursor.js";
import type { Driver, Steps } from "../task/driver.js";
import type { TaskDriverContext } from "../task/task-driver-context.js";
import { Arrivals } from "./arrivals.js";
import type { Feedback } from "./feedback.js";
import type { IterationPart, IterationRun } from "./iteration-run.js";
import { sendRows } from "./send-rows.js";

/** How many rows of a solution set are sent before another task has a turn. */
const ROWS_IN_A_TURN = 1024;

/** Runs the head of an iteration. */
export class HeadDriver implements Driver {
  readonly #context: TaskDriverContext;
  readonly #run: IterationRun;
  readonly #part: IterationPart;
  readonly #feedback: Feedback;
  readonly #state: TaskOutput;
  readonly #result: TaskOutput;
  readonly #copies: TaskOutput | undefined;
  readonly #arrivals: Arrivals;
  readonly #isAlone: boolean;

  constructor(context: TaskDriverContext) {
    const { iteration, outputs, subtaskIndex, feedback } = context;
    const part = iteration?.partOf(subtaskIndex);
    invariant(iteration !== undefined && part?.feedback !== undefined, "the head of an iteration is in it");
    this.#context = context;
    this.#run = iteration;
    this.#part = part;
    this.#feedback = part.feedback;
    [this.#state, this.#result, this.#copies] = outputs as [TaskOutput, TaskOutput, TaskOutput | undefined];
    this.#isAlone = feedback.length > 0;
    this.#arrivals = new Arrivals(
      feedback.map((gate, index) => ({
        gate,
        keeper: index === 0 ? () => this.#feedback.next : () => part.changes!,
      })),
    );
  }

  *run(): Steps {
    const run = this.#run;
    const arrivals = this.#arrivals;
    yield* this.#takeInitial();
    for (let superstep = 1; ; superstep++) {
      run.apply();
      while (run.numStarted < superstep) yield "input";
      yield* this.#sendCopies(superstep);
      if (superstep > 1) arrivals.beginSuperstep();
      yield* arrivals.during(this.#sendState(superstep));
      yield* arrivals.rest();
      if (this.#isAlone) run.arrive();
      while (run.numEnded < superstep) yield "input";
      this.#feedback.turn();
      yield* this.#applyChanges();
      if (run.isDone) break;
    }
    yield* this.#state.end({ kind: "endOfInput" });
    if (this.#copies !== undefined) yield* this.#copies.end({ kind: "endOfInput" });
    const { solutionSet } = this.#part;
    if (solutionSet === undefined) yield* send(this.#feedback.current.pages(), this.#result);
    else yield* sendSolution(solutionSet, this.#result);
    yield* this.#result.end({ kind: "endOfInput" });
  }

  close(): void {}

  *#sendState(superstep: number): Steps {
    yield* send(this.#feedback.current.pages(), this.#state);
    yield* this.#state.end({ kind: "endOfSuperstep", superstep });
  }

  /** Sends what copies of the solution set have not got yet. */
  *#sendCopies(superstep: number): Steps {
    const copies = this.#copies;
    if (copies === undefined) return;
    const { solutionSet, changes } = this.#part;
    if (superstep === 1) {
      yield* sendSolution(solutionSet!, copies);
    } else {
      yield* send(changes!.pages(), copies);
      changes!.clear();
    }
    yield* copies.end({ kind: "endOfSuperstep", superstep });
  }

  /** Takes in the initial state, of all inputs whichever has something to read: they may come from one producer. */
  *#takeInitial(): Steps {
    const { current } = this.#feedback;
    const isDelta = this.#part.solutionSet !== undefined;
    const workset = this.#context.pages(isDelta ? 1 : 0);
    const solution = isDelta ? this.#context.pages(0) : undefined;
    for (;;) {
      let hasRead = false;
      if (workset.nextPage()) {
        const steps = current.add(workset);
        if (steps !== undefined) yield* steps;
        hasRead = true;
      }
      if (solution?.nextPage() === true) {
        this.#part.solutionSet!.upsertPage(solution);
        hasRead = true;
      }
      if (workset.isAtEnd && solution?.isAtEnd !== false) break;
      yield hasRead ? "turn" : "input";
    }
    yield* current.complete();
  }

  *#applyChanges(): Steps {
    const { changes, solutionSet } = this.#part;
    if (changes === undefined) return;
    for (const pages = changes.pages(); pages.nextPage(); ) {
      solutionSet!.upsertPage(pages);
      yield "turn";
    }
    // Copies are sent them when the next superstep begins.
    if (this.#copies === undefined) changes.clear();
  }
}

function* sendSolution(solutionSet: SolutionSet, output: TaskOutput): Steps {
  let numRows = 0;
  const steps = solutionSet.walk((memory, slot, layout) => {
    output.collectRow(memory, slot, layout);
    return !output.isFull && ++numRows % ROWS_IN_A_TURN !== 0;
  });
  for (const step of steps) {
    if (!output.isWanted) return;
    yield step;
  }
}

/** Sends rows, as long as anybody reads them. */
function* send(pages: PageCursor, output: TaskOutput): Steps {
  while (output.isWanted && pages.nextPage()) yield* sendRows(pages, output);
}
