import type { Memory } from "@millrace/core";
import type { DriverSpec } from "@millrace/job-graph";
import type { PageCursor } from "../rows/row-cursor.js";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { Steps } from "./driver.js";
import { type InputBeside, takePageOfEach } from "./row-keeper.js";
import type { TaskInput, TaskParts } from "./task-parts.js";

interface LateInput extends InputBeside {
  readonly input: TaskInput;
}

/** The drivers that read one input as it comes, and begin with another one before that or behind it. */
const DRIVERS_OF_TWO_STREAMS: readonly DriverSpec["kind"][] = ["join", "deltaHead"];

/**
 * Are the inputs of a task that are taken in while its driver runs: materialized ones beside one that the driver reads as it comes. Taking them
 * in first could wait for ever, where both come from one producer: it would wait for the other one to be read. So inputs that the plan
 * materializes never hold anybody up. Circles that the plan did not see are broken by `Task.prefetch`, when nothing else can go on:
 * that is right for every plan, but it stops the whole slot for each page and spills what was to be streamed. The two stay apart since they
 * keep rows for other readers: here a store with the memory of the input, which is read when it is complete and forgotten with its superstep; there a queue
 * of two pages in front of a gate, which is read before the channel goes on.
 */
export class LateInputs {
  readonly #late: readonly LateInput[];

  constructor({ vertex, inputs, isDynamic }: Pick<TaskParts, "vertex" | "inputs" | "isDynamic">) {
    const hasStream = inputs.some(({ keeper }) => keeper === undefined);
    const mayBeLate = hasStream && DRIVERS_OF_TWO_STREAMS.includes(vertex.driver.kind);
    this.#late = inputs.flatMap((input) => {
      // What is constant in an iteration is taken in before the first superstep.
      const isKept = isDynamic && input.isConstant;
      if (!mayBeLate || isKept || input.keeper === undefined) return [];
      return [{ input, gate: input.gate, keeper: input.keeper, isComplete: false }];
    });
  }

  /** Tells whether an input is to be taken in before the driver runs. */
  isEarly(input: TaskInput): boolean {
    return input.keeper !== undefined && !this.#late.some((each) => each.input === input);
  }

  /** Returns the pages of an input that is taken in while the driver runs; undefined for others. */
  pagesOf(input: TaskInput): PageCursor | undefined {
    const late = this.#late.find((each) => each.input === input);
    return late === undefined ? undefined : new LatePages(late);
  }

  /** Runs a driver and takes inputs in whenever it hands the thread back. */
  *takeInDuring(driver: Steps): Steps {
    if (this.#late.length === 0) {
      yield* driver;
      return;
    }
    try {
      for (let step = driver.next(); step.done !== true; step = driver.next()) {
        const hasRead = yield* takePageOfEach(this.#late);
        yield step.value === "input" && hasRead ? "turn" : step.value;
      }
    } finally {
      driver.return();
    }
  }

  /** Forgets everything: another superstep brings other records. */
  clear(): void {
    for (const late of this.#late) {
      late.keeper.clear();
      late.isComplete = false;
    }
  }
}

/** Gives the pages of an input once it is complete; until then it is dry. */
class LatePages implements PageCursor {
  readonly #late: LateInput;
  #pages: PageCursor | undefined;

  constructor(late: LateInput) {
    this.#late = late;
  }

  get memory(): Memory {
    return this.#pages!.memory;
  }

  get slot(): number {
    return this.#pages!.slot;
  }

  get endSlot(): number {
    return this.#pages!.endSlot;
  }

  get numRows(): number {
    return this.#pages!.numRows;
  }

  get layout(): StreamLayout {
    return this.#pages!.layout;
  }

  get isAtEnd(): boolean {
    return this.#pages?.isAtEnd === true;
  }

  nextPage(): boolean {
    if (this.#pages === undefined && this.#late.isComplete) this.#pages = this.#late.keeper.pages();
    return this.#pages?.nextPage() === true;
  }
}
