import { createSubtaskIoContext, IntCounter, lineWritingOf, type SinkWriter } from "@millrace/core";
import { reportedAt } from "../job/reported.js";
import { RowRecordReader } from "../rows/record-reader.js";
import type { Driver, Steps } from "../task/driver.js";
import { awaited } from "../task/promise-steps.js";
import type { TaskDriverContext } from "../task/task-driver-context.js";
import { RowLines } from "./row-lines.js";

/** How many records it writes before another task has a turn. */
const RECORDS_IN_A_TURN = 512;

/** Writes what it reads to a sink, whose writer is closed when its input ended. The job commits or aborts the sink. */
export class SinkDriver implements Driver {
  readonly #context: TaskDriverContext;
  readonly #reader = new RowRecordReader(undefined);

  constructor(context: TaskDriverContext) {
    this.#context = context;
  }

  *run(): Steps {
    const { job, vertex, subtaskIndex } = this.#context;
    try {
      yield* this.#write();
    } catch (error) {
      job.throwIfCancelled();
      throw reportedAt(error, "source or sink", vertex.operator, subtaskIndex);
    }
  }

  close(): void {}

  *#write(): Steps {
    const { job, vertex, subtaskIndex } = this.#context;
    const sink = job.sinkRun(vertex.id);
    const ioContext = createSubtaskIoContext(job.ioContext(vertex.operator), {
      subtaskIndex,
      numParallelSubtasks: vertex.parallelism,
      count: (name, increment) => this.#context.runtimeContext().getAccumulator(name, IntCounter).add(increment),
    });
    const writer: SinkWriter<unknown> = yield* awaited(sink.openWriter(ioContext));
    const pages = this.#context.pages(0);
    const lines = this.#linesFor(writer);
    let numWritten = 0;
    for (;;) {
      if (!pages.nextPage()) {
        if (pages.isAtEnd) break;
        yield "input";
        continue;
      }
      const { memory, endSlot, layout } = pages;
      for (let { slot } = pages; slot < endSlot; ) {
        const next = lines?.add(pages, slot) ?? slot;
        const isTaken = next > slot;
        if (lines?.isToBeWritten(isTaken)) yield* this.#given(writer, lines.write());
        if (isTaken) {
          slot = next;
          continue;
        }
        const given = writer.write(this.#reader.read(memory, slot, layout));
        if (given !== undefined) yield* this.#given(writer, given);
        slot += memory.i32[slot * 2]! >> 3;
        if (++numWritten % RECORDS_IN_A_TURN === 0) yield "turn";
      }
      yield "turn";
    }
    if (lines?.isToBeWritten(false)) yield* this.#given(writer, lines.write());
    yield* awaited(sink.close(writer));
  }

  #linesFor(writer: SinkWriter<unknown>): RowLines | undefined {
    const writing = lineWritingOf(writer);
    return writing === undefined ? undefined : new RowLines(writing);
  }

  /** Waits until a writer has taken what it was given. */
  *#given(writer: SinkWriter<unknown>, given: void | Promise<void>): Steps {
    if (given === undefined) return;
    const { job, vertex } = this.#context;
    job.sinkRun(vertex.id).isBusy(writer, given);
    yield* awaited(given);
  }
}
