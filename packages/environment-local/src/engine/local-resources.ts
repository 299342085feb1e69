import { type Host, PAGE_SIZE_BYTES } from "@millrace/core";
import {
  createSpillSpace,
  type JobMemory,
  jobMemory,
  memorySizeBytes,
  processMemory,
  requireMemoryOfMachine,
  type SpillSpace,
} from "@millrace/runtime";

/** Gives jobs what they need of the machine. */
export interface LocalResources {
  /** Returns the way in which a job asks for memory; `memory` is the figure of its environment. */
  jobMemory(jobName: string, memory: number | string | undefined): JobMemory;
  /** Makes a place to spill to. */
  createSpillSpace(): SpillSpace;
}

/** Says how much of the machine may be taken. */
export interface ResourceSettings {
  /** The figure of the engine; undefined for a part of what is free. */
  readonly memory?: number | string | undefined;
  /** Where to spill to. */
  readonly tempFolders?: readonly string[] | undefined;
}

/** Returns the resources of an engine. The memory of the process is not touched before the first job. */
export function localResources(host: Host, { memory, tempFolders }: ResourceSettings): LocalResources {
  // A figure that makes no sense is heard of at once.
  if (memory !== undefined) memorySizeBytes(memory);
  return {
    jobMemory: (jobName, ofEnvironment) => {
      const figure = ofEnvironment ?? memory;
      const limitBytes = figure === undefined ? undefined : memorySizeBytes(figure);
      if (limitBytes !== undefined) requireMemoryOfMachine(limitBytes, host);
      const manager = processMemory(host, limitBytes);
      const maxPages = limitBytes === undefined ? manager.limitPages : Math.floor(limitBytes / PAGE_SIZE_BYTES);
      return jobMemory(manager, jobName, maxPages);
    },
    createSpillSpace: () => createSpillSpace(host, { folders: tempFolders }),
  };
}
