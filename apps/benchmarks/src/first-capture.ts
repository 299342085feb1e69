/**
 * The first capture of a process, which closures.ts starts many times: prints as JSON how long the parts take, in milliseconds.
 * The argument says what is measured:
 *
 *   engine     what the engine alone takes to list its scripts, in a process that has loaded nothing of Millrace
 *   alone      a capture
 *   nothing    a capture of a function that captures nothing
 *   prepared   a capture after prepareCapture, which is measured apart
 *   worker     from starting a worker until it has run a function of its own
 *   waiting    the same with a function that is captured while the worker starts
 */
import { Session } from "node:inspector";
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, Worker } from "node:worker_threads";

const limit = 5;
const names = ["a", "b"];
const rates = new Map([["de", 0.19]]);
const capturing = (x: number): number => x * limit + names.length + (rates.get("de") ?? 0);
const plain = (x: number): number => x + 1;

function timeOf(action: () => unknown): number {
  const start = performance.now();
  action();
  return performance.now() - start;
}

function listScripts(): number {
  const session = new Session();
  session.connect();
  const time = timeOf(() => session.post("Debugger.enable", {}));
  session.disconnect();
  return time;
}

async function measured(mode: string): Promise<Record<string, number>> {
  if (mode === "engine") return { engine: listScripts() };
  const { captureFunctions, encodeCapturedGraph, prepareCapture } = await import("@millrace/closures");
  const { nodeHost } = await import("@millrace/host-node");
  const host = nodeHost();
  const capture = (value: unknown) => captureFunctions([{ value, where: { operator: "benchmark" } }], host);
  switch (mode) {
    case "alone":
      return { alone: timeOf(() => capture(capturing)) };
    case "nothing":
      return { nothing: timeOf(() => capture(plain)) };
    case "prepared":
      return { preparing: timeOf(() => prepareCapture(host)), prepared: timeOf(() => capture(capturing)) };
    default: {
      const start = performance.now();
      const worker = new Worker(fileURLToPath(import.meta.url));
      worker.postMessage(mode === "waiting" ? encodeCapturedGraph(capture(capturing)) : undefined);
      await new Promise((resolve) => worker.once("message", resolve));
      const time = performance.now() - start;
      await worker.terminate();
      return { [mode]: time };
    }
  }
}

async function work(): Promise<void> {
  const { decodeCapturedGraph, reviveFunctions } = await import("@millrace/closures");
  const { nodeHost } = await import("@millrace/host-node");
  parentPort!.on("message", async (graph: Uint8Array | undefined) => {
    const revived = graph && (await reviveFunctions(decodeCapturedGraph(graph), nodeHost().scripts!));
    const run = (revived?.functions[0] ?? plain) as typeof plain;
    parentPort!.postMessage(run(1));
  });
}

if (isMainThread) console.log(JSON.stringify(await measured(process.argv[2] ?? "alone")));
else await work();
