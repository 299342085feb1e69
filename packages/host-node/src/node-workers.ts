import { Worker } from "node:worker_threads";
import type { HostWorker, HostWorkers } from "@millrace/core";

/** Starts threads of `node:worker_threads`. @internal */
export const nodeWorkers: HostWorkers = {
  start: (url, data) => new NodeWorker(url, data),
};

class NodeWorker implements HostWorker {
  readonly #worker: Worker;
  #error: Error | undefined;

  constructor(url: URL, data: unknown) {
    this.#worker = new Worker(url, { workerData: data });
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
