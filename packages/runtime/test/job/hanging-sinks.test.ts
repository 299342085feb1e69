/** Sinks that take for ever keep no job, and no subtask, from ending; what comes late is aborted. */
import type { Sink, SinkWriter } from "@millrace/core";
import { TestHost } from "@millrace/host-test";
import { JobGraphBuilder } from "@millrace/job-graph";
import { describe, expect, it } from "vitest";
import { createSpillSpace, runSubtask } from "../../src/index.js";
import { objectsOf, startGraph } from "../support/run-graph.js";
import { watchedMemory } from "../support/watched-memory.js";

const CLEAN_UP_MS = 10_000;
const never = new Promise<never>(() => {});

function sinkGraph() {
  const graph = new JobGraphBuilder();
  const source = graph.add({ kind: "collection", records: 0 });
  graph.add({ kind: "sink", sink: 1, parameters: undefined }, [source]);
  return graph.build();
}

/** A sink of which each call may take for ever, and that notes what it is told. */
class SlowSink implements Sink<unknown> {
  readonly name = "slow";
  readonly log: string[] = [];
  readonly #hanging: string;
  openLate: ((writer: SinkWriter<unknown>) => void) | undefined;

  constructor(hanging: string) {
    this.#hanging = hanging;
  }

  readonly #writer: SinkWriter<unknown> = {
    write: () => this.#do("write"),
    close: () => this.#do("close"),
    abort: () => this.#do("abort writer"),
  };

  async openWriter(): Promise<SinkWriter<unknown>> {
    if (this.#hanging !== "open") return this.#writer;
    this.log.push("open");
    return new Promise((resolve) => {
      this.openLate = resolve;
    });
  }

  abort(): Promise<void> {
    return this.#do("abort");
  }

  opensNow(): void {
    this.openLate?.(this.#writer);
  }

  async #do(what: string): Promise<void> {
    this.log.push(what);
    if (what === this.#hanging) await never;
  }
}

/** Lets time pass until a promise is settled; returns how long that took, about. */
async function passUntil(host: TestHost, promise: Promise<unknown>): Promise<number> {
  let isSettled = false;
  promise.then(
    () => {
      isSettled = true;
    },
    () => {
      isSettled = true;
    },
  );
  let passed = 0;
  for (; !isSettled; passed += 500) {
    if (passed > 10 * CLEAN_UP_MS) throw new Error("it never ends");
    await host.time.advance(500);
  }
  return passed;
}

const HANGING = ["open", "write", "close", "abort writer", "abort"];

describe("[RT95] a sink that hangs", () => {
  it.each(HANGING)("in %s keeps no job from being cancelled", async (hanging) => {
    const host = new TestHost();
    const memory = watchedMemory(64);
    const sink = new SlowSink(hanging);
    // Where only aborting hangs, there has to be something to abort.
    const blocked = hanging.startsWith("abort") ? { ...sinkOf(sink), openWriter: blockedWriter(sink) } : sink;
    const job = startGraph(sinkGraph(), [[1, 2], blocked], { host, memory });
    await host.time.advance(1);
    const cancelled = job.cancel("enough");
    const passed = await passUntil(host, cancelled);
    await expect(job.result).rejects.toMatchObject({ code: "JOB_CANCELLED", cause: "enough" });
    expect(passed).toBeGreaterThanOrEqual(CLEAN_UP_MS);
    expect(passed).toBeLessThan(2 * CLEAN_UP_MS);
    expect(sink.log).toContain("abort");
    sink.opensNow();
    await host.time.advance(1);
    expect(sink.log).toContain("abort writer");
    memory.assertNothingLeft();
  });

  it.each(["open", "write", "close", "abort writer"])(
    "in %s keeps no subtask from being cancelled",
    async (hanging) => {
      const host = new TestHost();
      const memory = watchedMemory(64);
      const graph = sinkGraph();
      const frames: Uint8Array[] = [];
      const shared = { graph, jobId: "job", host, memory, createSpillSpace: () => createSpillSpace(host) };
      const objects = (sink: Sink<unknown>) => objectsOf([[1, 2], sink]);
      const sink = new SlowSink(hanging);
      const send = (frame: Uint8Array): void => void frames.push(frame);
      const source = { ...shared, objects: objects(sink), vertex: 0, subtaskIndex: 0, receive: () => [], send };
      await runSubtask(source).result;
      const blocked = hanging === "abort writer" ? { ...sinkOf(sink), openWriter: blockedWriter(sink) } : sink;
      const own = { ...shared, objects: objects(blocked), vertex: 1, subtaskIndex: 0, receive: () => frames, send };
      const subtask = runSubtask(own);
      await host.time.advance(1);
      const passed = await passUntil(host, subtask.cancel("enough"));
      await expect(subtask.result).rejects.toMatchObject({ code: "JOB_CANCELLED" });
      expect(passed).toBeLessThan(2 * CLEAN_UP_MS);
      sink.opensNow();
      await host.time.advance(1);
      expect(sink.log).toContain("abort writer");
      memory.assertNothingLeft();
    },
  );
});

function sinkOf(sink: SlowSink): Pick<Sink<unknown>, "name" | "abort"> {
  return { name: sink.name, abort: () => sink.abort() };
}

/** Opens writers whose write ends when the job does. */
function blockedWriter(sink: SlowSink): Sink<unknown>["openWriter"] {
  return async ({ signal }) => ({
    ...(await sink.openWriter()),
    write: () => new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
  });
}
