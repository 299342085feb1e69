// A fresh worker thread: revives what it is sent, calls it and says what came out.
import { parentPort } from "node:worker_threads";
import { decodeCapturedGraph, reviveFunctions } from "@millrace/closures";
import { nodeHost } from "@millrace/host-node";
import { outcomeOf } from "./outcome.mjs";

const { scripts } = nodeHost();
parentPort.on("message", async ({ bytes, args }) => {
  try {
    const { functions, checkCaptures } = await reviveFunctions(decodeCapturedGraph(bytes), scripts, { checksAllCaptures: true });
    const [revived] = functions;
    const outcome = await outcomeOf(() => revived(...args));
    checkCaptures();
    parentPort.postMessage(outcome);
  } catch (error) {
    parentPort.postMessage(`revival failed: ${error.stack}`);
  }
});
