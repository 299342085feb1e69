import { invariant } from "@millrace/core";
import type { PageCursor } from "../rows/row-cursor.js";
import type { Driver, Steps } from "../task/driver.js";
import type { RowKeeper } from "../task/row-keeper.js";
import type { TaskDriverContext } from "../task/task-driver-context.js";
import type { IterationRun } from "./iteration-run.js";
import { sendRows } from "./send-rows.js";

/** Is what a tail takes: the next partial solution or workset, the changes of the solution set, the termination criterion. */
export type TailKind = "bulkTail" | "worksetTail" | "solutionTail" | "terminationTail";

/** Takes what a superstep gives, for the next one: the head of the same index reads it. Where the head is elsewhere, the rows are sent to it. */
export class TailDriver implements Driver {
  readonly #kind: TailKind;
  readonly #context: TaskDriverContext;
  readonly #run: IterationRun;

  constructor(kind: TailKind, context: TaskDriverContext) {
    invariant(context.iteration !== undefined, "the tail of an iteration is in it");
    this.#kind = kind;
    this.#context = context;
    this.#run = context.iteration;
  }

  *run(): Steps {
    const pages = this.#context.pages(0);
    const keeper = this.#keeper();
    for (;;) {
      if (pages.nextPage()) {
        this.#count(pages);
        yield* this.#take(pages, keeper);
        yield "turn";
      } else if (pages.isAtEnd) {
        break;
      } else {
        yield "input";
      }
    }
    if (keeper !== undefined) yield* keeper.complete();
  }

  close(): void {}

  *#take(page: PageCursor, keeper: RowKeeper | undefined): Steps {
    if (keeper !== undefined) {
      const steps = keeper.add(page);
      if (steps !== undefined) yield* steps;
    } else if (this.#kind !== "terminationTail") {
      yield* sendRows(page, this.#context.outputs[0]!);
    }
  }

  #count({ numRows }: PageCursor): void {
    if (this.#kind === "terminationTail") this.#run.addTerminationRows(numRows);
    else if (this.#kind !== "solutionTail") this.#run.addNextRows(numRows);
  }

  #keeper(): RowKeeper | undefined {
    const part = this.#run.partOf(this.#context.subtaskIndex);
    switch (this.#kind) {
      case "bulkTail":
      case "worksetTail":
        return part?.feedback?.next;
      case "solutionTail":
        return part?.changes;
      case "terminationTail":
        return undefined;
    }
  }
}
