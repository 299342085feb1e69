// Keeps the functions of each graph that it is sent, as a worker does that runs several jobs.
import { parentPort } from "node:worker_threads";
import { decodeCapturedGraph, reviveFunctions } from "@millrace/closures";
import { nodeHost } from "@millrace/host-node";

const revivals = new Map();
parentPort.on("message", async ({ graph, id, args }) => {
  if (!revivals.has(id)) revivals.set(id, reviveFunctions(decodeCapturedGraph(graph), nodeHost().scripts));
  const { functions } = await revivals.get(id);
  parentPort.postMessage(functions[0](...args));
});
