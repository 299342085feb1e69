import { readFileSync } from "node:fs";

/** Holds the files of frames that were delivered to a subtask, by stream, and lets it wait for more. */
export class FrameInbox {
  #paths = new Map();
  #wakeUps = new Map();
  #onLeft;

  /** @param onLeft - hears of streams that the subtask does not read to their ends */
  constructor(onLeft) {
    this.#onLeft = onLeft;
  }

  deliver(stream, path) {
    this.#pathsOf(stream).push(path);
    this.#wakeUps.get(stream)?.();
  }

  /** Gives the frames of a stream as they come; for ever, since only the frames tell which is the last. */
  read(stream) {
    const paths = this.#pathsOf(stream);
    let numRead = 0;
    const next = async () => {
      while (numRead === paths.length) await new Promise((resolve) => this.#wakeUps.set(stream, resolve));
      return { done: false, value: readFileSync(paths[numRead++]) };
    };
    // No generator: its `return` would wait for the frame that is waited for.
    const leave = async () => {
      this.#onLeft(stream);
      return { done: true, value: undefined };
    };
    return { [Symbol.asyncIterator]: () => ({ next, return: leave }) };
  }

  #pathsOf(stream) {
    const paths = this.#paths.get(stream) ?? [];
    this.#paths.set(stream, paths);
    return paths;
  }
}
