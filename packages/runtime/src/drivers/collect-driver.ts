import type { DriverSpec } from "@millrace/job-graph";
import type { Driver, Steps } from "../task/driver.js";
import type { TaskDriverContext } from "../task/task-driver-context.js";

/** Gives what it reads to the client. */
export class CollectDriver implements Driver {
  readonly #index: number;
  readonly #context: TaskDriverContext;

  constructor(spec: Extract<DriverSpec, { kind: "collect" }>, context: TaskDriverContext) {
    this.#index = spec.index;
    this.#context = context;
  }

  *run(): Steps {
    const { job, subtaskIndex } = this.#context;
    const pages = this.#context.pages(0);
    for (;;) {
      if (pages.nextPage()) {
        job.collectPage(this.#index, subtaskIndex, pages);
        yield "turn";
      } else if (pages.isAtEnd) {
        return;
      } else {
        yield "input";
      }
    }
  }

  close(): void {}
}
