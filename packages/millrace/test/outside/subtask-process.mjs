/** Runs subtasks in a process of its own, one after the other, as its parent says. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deserialize } from "node:v8";
import { decodeCapturedGraph, reviveFunctions } from "@millrace/closures";
import { instantiate } from "@millrace/common-api";
import { Configuration } from "@millrace/core";
import { nodeHost } from "@millrace/host-node";
import { jobGraphFromJson } from "@millrace/job-graph";
import {
  accumulatorStates,
  createSpillSpace,
  failureFromJson,
  failureToJson,
  jobMemory,
  MemoryManager,
  runSubtask,
} from "@millrace/runtime";
import { FrameInbox } from "./frame-inbox.mjs";

const NUM_PAGES = 512;
const PAGE_SIZE_BYTES = 32 * 1024;
const host = nodeHost();
const memory = new MemoryManager(NUM_PAGES * PAGE_SIZE_BYTES);
const makeInbox = () => new FrameInbox((stream) => process.send({ type: "left", stream }));
let inbox = makeInbox();
let running;
let isCancelled = false;
/** Streams that nobody reads, of which it was told before the subtask began. */
const stopped = [];
const calls = new Map();
let numCalls = 0;

process.on("message", (message) => {
  switch (message.type) {
    case "run":
      inbox = makeInbox();
      stopped.length = 0;
      isCancelled = false;
      void run(message).then(
        (end) => process.send({ type: "ended", ...end }),
        (error) => process.send({ type: "failed", failure: failureToJson(error) }),
      );
      break;
    case "frame":
      inbox.deliver(message.stream, message.path);
      break;
    case "taken":
      calls.get(message.call)?.resolve();
      calls.delete(message.call);
      break;
    case "stop":
      stopped.push(message.stream);
      running?.stop(message.stream);
      break;
    case "cancel":
      isCancelled = true;
      void running?.cancel();
      break;
    case "decision": {
      const { resolve, reject } = calls.get(message.call);
      calls.delete(message.call);
      if (message.failure === undefined) resolve(message.decision);
      else reject(failureFromJson(message.failure));
      break;
    }
  }
});
process.on("disconnect", () => process.exit());

async function run({ folder, vertex, subtaskIndex, attempt }) {
  const job = deserialize(readFileSync(join(folder, "job")));
  const { functions, idOf } = await functionsOf(folder, job);
  const graph = jobGraphFromJson(job.graph, job.table.length);
  const objects = {
    get: (ref) => functions[job.table[ref].index],
    instantiate: (ref) => instantiate({ target: functions[job.table[ref].index], method: job.table[ref].method }),
    dataSetIdOf: (handle) => job.dataSetIds[handle.dataSet],
  };
  const subtask = runSubtask({
    ...{ graph, objects, host, vertex, subtaskIndex, jobId: job.jobId, attemptNumber: attempt },
    memory: jobMemory(memory, "subtask", NUM_PAGES),
    createSpillSpace: () => createSpillSpace(host),
    customTypes: job.customTypes.map((index) => functions[index]),
    checksRecords: job.checksRecords,
    jobParameters: new Configuration(job.jobParameters),
    cachedFiles: new Map(job.cachedFiles),
    receive: (stream) => inbox.read(`${stream.edge}-${stream.producer}-${stream.partition}`),
    send: (frame, stream) =>
      new Promise((resolve) => {
        calls.set(numCalls, { resolve });
        process.send({ type: "sent", call: numCalls++, stream, frame });
      }),
    endSuperstep: (report, iteration) =>
      new Promise((resolve, reject) => {
        calls.set(numCalls, { resolve, reject });
        process.send({ type: "report", call: numCalls++, report, iteration });
      }),
  });
  running = subtask;
  for (const stream of stopped) subtask.stop(stream);
  if (isCancelled) void subtask.cancel();
  const outcome = await subtask.result.then(
    ({ accumulators, report }) => ({ accumulators: accumulatorStates(accumulators, idOf), report }),
    (error) => ({ error }),
  );
  running = undefined;
  if (memory.numPagesInUse !== 0) throw new Error(`${memory.numPagesInUse} pages were left`, { cause: outcome.error });
  if ("error" in outcome) throw outcome.error;
  return outcome;
}

async function functionsOf(folder, { hasFunctions }) {
  if (!hasFunctions) return { functions: [], idOf: () => undefined };
  const captured = decodeCapturedGraph(readFileSync(join(folder, "functions")));
  const restoreHandle = (data) => ({ dataSet: data });
  return reviveFunctions(captured, host.scripts, { restoreHandle });
}
