import type { Host } from "@millrace/core";
import { MemoryManager } from "./memory-manager.js";
import { defaultMemoryBytes } from "./memory-size.js";

/** The slot is a property of the global object, so that two copies of this package share the memory of their process. */
const SLOT = Symbol.for("millrace.memory.v1");

interface Slot {
  [SLOT]?: MemoryManager;
}

/**
 * Returns the memory manager of this process, which all environments and jobs share. Its figure is the largest that an environment was given:
 * an environment with a lower one keeps its own jobs below that (see `MemoryRequest.maxPages`). Without any figure it is
 * the default at the first call.
 * @beta
 */
export function processMemory(host: Host, limitBytes: number | undefined): MemoryManager {
  const slot = globalThis as Slot;
  if (slot[SLOT] === undefined) slot[SLOT] = new MemoryManager(limitBytes ?? defaultMemoryBytes(host));
  else if (limitBytes !== undefined) slot[SLOT].raiseLimit(limitBytes);
  return slot[SLOT];
}
