/**
 * Runs subtasks in a process of its own: those named on the command line, `<folder> <vertex>:<subtask> …`, one after the other. Frames come from
 * `<folder>/in`, and go to `<folder>/out`: one folder per stream, in which each frame is a file.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeCapturedGraph, reviveFunctions } from "@millrace/closures";
import { nodeHost } from "@millrace/host-node";
import { jobGraphFromJson } from "@millrace/job-graph";
import { createSpillSpace, jobMemory, MemoryManager, runSubtask } from "@millrace/runtime";

const [folder, ...subtasks] = process.argv.slice(2);
const host = nodeHost();
const { graph: json, table } = JSON.parse(readFileSync(join(folder, "job.json"), "utf8"));
const graph = jobGraphFromJson(json, table.length);
const captured = decodeCapturedGraph(readFileSync(join(folder, "functions")));
const { functions } = await reviveFunctions(captured, host.scripts);
const objects = {
  get: (ref) => table[ref].records,
  instantiate: (ref) => ({ target: functions[table[ref].functionIndex], method: table[ref].method }),
  dataSetIdOf: () => undefined,
};

for (const subtask of subtasks) {
  const [vertex, subtaskIndex] = subtask.split(":").map(Number);
  let numSent = 0;
  const { result } = runSubtask({
    graph,
    objects,
    host,
    vertex,
    subtaskIndex,
    memory: jobMemory(new MemoryManager(64 * 32 * 1024), "subtask", 64),
    createSpillSpace: () => createSpillSpace(host),
    *receive(stream) {
      const inbox = join(folder, "in", nameOf(stream));
      for (const file of readdirSync(inbox).sort()) yield readFileSync(join(inbox, file));
    },
    async send(frame, stream) {
      const outbox = join(folder, "out", nameOf(stream));
      mkdirSync(outbox, { recursive: true });
      writeFileSync(join(outbox, String(numSent++).padStart(6, "0")), frame);
    },
  });
  await result;
}

function nameOf({ edge, producer, partition }) {
  return `${edge}-${producer}-${partition}`;
}
