/** A few processes, each of which runs one subtask at a time. */
import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { type FailureJson, type FrameStream, failureFromJson, failureToJson } from "@millrace/runtime";
import { Lost, type StartSubtask, type SubtaskEnd, type SubtaskListener, type SubtaskRun } from "./mover.js";

const PROGRAM = join(import.meta.dirname, "subtask-process.mjs");

type Message =
  | {
      readonly type: "sent";
      readonly call: number;
      readonly stream: Parameters<SubtaskListener["sent"]>[0];
      readonly frame: Uint8Array;
    }
  | { readonly type: "left"; readonly stream: string }
  | { readonly type: "report"; readonly call: number; readonly report: Uint8Array; readonly iteration: number }
  | ({ readonly type: "ended" } & SubtaskEnd)
  | { readonly type: "failed"; readonly failure: FailureJson };

/** Keeps processes that have nothing to do, since one takes long to start. */
export class SubtaskProcesses {
  readonly #idle: ChildProcess[] = [];
  readonly #isReused: boolean;
  /** How many were started. */
  numStarted = 0;

  /** @param isReused - whether one process may run several subtasks, one after the other */
  constructor(isReused: boolean) {
    this.#isReused = isReused;
  }

  /** Returns what starts the subtasks of the job in a folder. */
  startIn(folder: string): StartSubtask {
    return (request, listener) => {
      const child = this.#idle.pop() ?? this.#fork();
      return this.#run(child, listener, { type: "run", folder, ...request });
    };
  }

  close(): void {
    for (const child of this.#idle.splice(0)) child.kill();
  }

  #fork(): ChildProcess {
    this.numStarted++;
    const child = fork(PROGRAM, { serialization: "advanced", execArgv: [] });
    // One that dies while it has nothing to do must not be given anything: its end would not be heard a second time.
    child.once("exit", () => {
      const at = this.#idle.indexOf(child);
      if (at >= 0) this.#idle.splice(at, 1);
    });
    return child;
  }

  #run(child: ChildProcess, listener: SubtaskListener, request: object): RunningProcess {
    return new RunningProcess(child, listener, request, () => {
      if (this.#isReused) this.#idle.push(child);
      else child.kill();
    });
  }
}

/** Is a subtask that runs in a process. */
export class RunningProcess implements SubtaskRun {
  readonly ended: Promise<SubtaskEnd>;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess, listener: SubtaskListener, request: object, onIdle: () => void) {
    this.#child = child;
    this.ended = new Promise((resolve, reject) => {
      const end = (action: () => void): void => {
        child.off("message", onMessage);
        child.off("exit", onExit);
        action();
      };
      const onExit = (): void => end(() => reject(new Lost("the process of a subtask is gone")));
      const onMessage = (message: unknown): void => {
        const received = message as Message;
        switch (received.type) {
          case "sent":
            void Promise.resolve(listener.sent(received.stream, received.frame)).then(() =>
              this.#send({ type: "taken", call: received.call }),
            );
            break;
          case "left":
            listener.left(received.stream);
            break;
          case "report":
            this.#answer(received.call, listener.endSuperstep(received.report, received.iteration));
            break;
          case "ended":
            end(() => resolve(received));
            onIdle();
            break;
          case "failed":
            end(() => reject(failureFromJson(received.failure)));
            onIdle();
            break;
        }
      };
      child.on("message", onMessage);
      child.on("exit", onExit);
      // It may be dying already: then only its end tells.
      this.#send(request);
    });
    this.ended.catch(() => undefined);
  }

  deliver(stream: string, path: string): void {
    this.#send({ type: "frame", stream, path });
  }

  stop(stream: FrameStream): void {
    this.#send({ type: "stop", stream });
  }

  async cancel(): Promise<void> {
    this.#send({ type: "cancel" });
    await this.ended.catch(() => undefined);
  }

  /** Ends the process at once. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #answer(call: number, decision: Promise<Uint8Array>): void {
    decision.then(
      (bytes) => this.#send({ type: "decision", call, decision: bytes }),
      (error: unknown) => this.#send({ type: "decision", call, failure: failureToJson(error) }),
    );
  }

  #send(message: object): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }
}
