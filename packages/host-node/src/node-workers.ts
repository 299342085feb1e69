import { Worker } from "node:worker_threads";
import type { HostWorker, HostWorkers } from "@millrace/core";

/** Starts threads of `node:worker_threads`. @internal */
export const nodeWorkers: HostWorkers = {
  start: (url, data) => new NodeWorker(url, data),
};

/** Options about the text that the process runs in place of a file; with some of them no worker starts. */
const TEXT_OPTION = /^(?:-e|--eval|-p|--print|-pe|--input-type|-i|--interactive)(?:$|=)/;
const HAS_NO_VALUE = new Set(["-i", "--interactive"]);

/** Starts a thread with the options of the process, but for those about its program. */
function startThread(url: URL, data: unknown): Worker {
  const execArgv = process.execArgv.filter(
    (option, index, all) => !TEXT_OPTION.test(option) && !takesNext(all[index - 1]),
  );
  if (execArgv.length === process.execArgv.length) return new Worker(url, { workerData: data });
  try {
    return new Worker(url, { workerData: data, execArgv });
  } catch (error) {
    // What is inherited may be such as only a process takes; what is named may not, and is listed in the message.
    const { code, message } = error as { code?: string; message: string };
    if (code !== "ERR_WORKER_INVALID_EXEC_ARGV") throw error;
    return new Worker(url, { workerData: data, execArgv: execArgv.filter((option) => !message.includes(option)) });
  }
}

function takesNext(option: string | undefined): boolean {
  return option !== undefined && TEXT_OPTION.test(option) && !option.includes("=") && !HAS_NO_VALUE.has(option);
}

class NodeWorker implements HostWorker {
  readonly #worker: Worker;
  #error: Error | undefined;

  constructor(url: URL, data: unknown) {
    this.#worker = startThread(url, data);
    this.#worker.on("error", (error) => {
      this.#error = error instanceof Error ? error : new Error(String(error));
    });
  }

  post(message: unknown, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#worker.on("message", listener);
  }

  onExit(listener: (error: Error | undefined) => void): void {
    this.#worker.once("exit", () => listener(this.#error));
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  setReferenced(isReferenced: boolean): void {
    if (isReferenced) this.#worker.ref();
    else this.#worker.unref();
  }
}
