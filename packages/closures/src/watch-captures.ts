/**
 * Tells whether functions change what they captured where they run in the program itself, with the data themselves. One capture finds what
 * there is and by which path; digests of the objects that it met are compared, as those of copies are in workers.
 */
import type { Host } from "@millrace/core";
import { type CaptureOptions, captureOnce, type UserFunction } from "./capture/capture-functions.js";
import { pathTextOf } from "./capture/refusal.js";
import { captureChanged } from "./revival/capture-changed.js";
import { CaptureDigests } from "./revival/capture-digests.js";

/** Watches over what functions captured. @beta */
export interface CaptureWatch {
  /** Notes how the data are; what changed them before, such as what sets a job up, may have. Calls after the first do nothing. */
  begin(): void;
  /** Throws CAPTURE_CHANGED, with operator and path, when data are not what they were when it began; a no-op before. */
  check(): void;
}

/**
 * Captures functions as if they were to travel, and watches over the data that they captured. Nothing else becomes of the capture.
 *
 * Throws what `captureFunctions` throws.
 * @beta
 */
export function watchCaptures(
  functions: readonly UserFunction[],
  host: Host,
  options: Pick<CaptureOptions, "handleOf"> = {},
): CaptureWatch {
  const objects = captureOnce(functions, host, options).run.objects();
  let digests: CaptureDigests<(typeof objects)[number]> | undefined;
  return {
    begin: () => {
      digests ??= new CaptureDigests(objects, true);
    },
    check: () => {
      const changed = digests?.changed();
      if (changed === undefined) return;
      throw captureChanged(changed.type, { where: changed.where, path: pathTextOf(changed.path) });
    },
  };
}
