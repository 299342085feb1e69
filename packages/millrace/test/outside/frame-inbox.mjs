import { readFileSync } from "node:fs";

/** Holds the files of frames that were delivered to a subtask, by stream, and lets it wait for more. */
export class FrameInbox {
  #paths = new Map();
  #wakeUps = new Map();
  #signal;

  deliver(stream, path) {
    this.#pathsOf(stream).push(path);
    this.#wakeUps.get(stream)?.();
  }

  /** Gives the frames of a stream as they come; for ever, since only the frames tell which is the last. All streams are read with one signal. */
  async *read(stream, signal) {
    this.#wakeAllOn(signal);
    const paths = this.#pathsOf(stream);
    for (let i = 0; ; i++) {
      while (i === paths.length) {
        if (signal.aborted) return;
        await new Promise((resolve) => this.#wakeUps.set(stream, resolve));
      }
      yield readFileSync(paths[i]);
    }
  }

  #wakeAllOn(signal) {
    if (this.#signal !== undefined) return;
    this.#signal = signal;
    signal.addEventListener("abort", () => {
      for (const wakeUp of this.#wakeUps.values()) wakeUp();
    });
  }

  #pathsOf(stream) {
    const paths = this.#paths.get(stream) ?? [];
    this.#paths.set(stream, paths);
    return paths;
  }
}
