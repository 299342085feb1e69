import { readFileSync } from "node:fs";

/** Holds the files of frames that were delivered to a subtask, by stream, and lets it wait for more. */
export class FrameInbox {
  #paths = new Map();
  #wakeUps = new Map();

  deliver(stream, path) {
    this.#pathsOf(stream).push(path);
    this.#wakeUps.get(stream)?.();
  }

  /** Gives the frames of a stream as they come; for ever, since only the frames tell which is the last. */
  async *read(stream, signal) {
    const paths = this.#pathsOf(stream);
    for (let i = 0; ; i++) {
      while (i === paths.length) {
        if (signal.aborted) return;
        await new Promise((resolve) => {
          this.#wakeUps.set(stream, resolve);
          signal.addEventListener("abort", resolve, { once: true });
        });
      }
      yield readFileSync(paths[i]);
    }
  }

  #pathsOf(stream) {
    const paths = this.#paths.get(stream) ?? [];
    this.#paths.set(stream, paths);
    return paths;
  }
}
