/** Bounds what one capture may take: functions, time, bytes. */
import { type Host, MillraceError } from "@millrace/core";
import { type CapturePath, type CapturePlace, pathTextOf } from "./refusal.js";

/** More functions than the helpers of a job have: a whole package has come in. */
const MAX_FUNCTIONS = 2_000;
/** More milliseconds than a capture takes that is meant. */
const MAX_CAPTURE_MS = 1_000;
/** More bytes than should go with every job. */
const MAX_SIZE_BYTES = 64 * 1024 * 1024;

/** Counts for one capture. */
export class CaptureLimits {
  readonly #clock: Host["clock"];
  readonly #place: CapturePlace;
  readonly #start: number;
  #sizeBytes = 0;
  #numFunctions = 0;

  /** @param place - tells which operator is being captured */
  constructor(clock: Host["clock"], place: CapturePlace) {
    this.#clock = clock;
    this.#place = place;
    this.#start = clock.monotonic();
  }

  /** How many bytes the graph takes so far. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** How many functions it has so far. */
  get numFunctions(): number {
    return this.#numFunctions;
  }

  /** Counts what the graph takes, and refuses more than may travel. */
  addSize(numBytes: number, path: CapturePath): void {
    this.#sizeBytes += numBytes;
    if (this.#sizeBytes > MAX_SIZE_BYTES) {
      this.#tooLarge(
        `captured data come to more than ${MAX_SIZE_BYTES / 1024 / 1024} MiB`,
        path,
        'Send them as a broadcast set: .withBroadcastSet(data, "name").',
      );
    }
  }

  countFunction(path: CapturePath): void {
    if (++this.#numFunctions > MAX_FUNCTIONS) {
      this.#tooLarge(
        `the functions of a job refer to more than ${MAX_FUNCTIONS} others`,
        path,
        "A whole package has most likely been bundled: keep it external.",
      );
    }
  }

  /** Refuses a capture that takes too long. */
  checkTime(path: CapturePath): void {
    if (this.#clock.monotonic() - this.#start <= MAX_CAPTURE_MS) return;
    this.#tooLarge(
      `capturing the functions of a job took more than ${MAX_CAPTURE_MS} ms`,
      path,
      "If a package has been bundled, keep it external; send large data as a broadcast set.",
    );
  }

  #tooLarge(what: string, path: CapturePath, fix: string): never {
    throw new MillraceError({
      code: "CAPTURE_TOO_LARGE",
      what: `At ${pathTextOf(path)}, ${what}`,
      expected: "functions that refer to their helpers and to little data",
      where: this.#place.where,
      fix,
    });
  }
}
