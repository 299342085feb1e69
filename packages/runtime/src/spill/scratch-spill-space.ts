import { type Host, invariant, MillraceError, type ScratchFile, type ScratchFolder } from "@millrace/core";
import { ScratchSpillFile } from "./scratch-spill-file.js";
import { spillFailed } from "./spill-errors.js";
import type { SpillFile, SpillSpace } from "./spill-space.js";

/** Says where to spill. @beta */
export interface SpillOptions {
  /** The folders, on different disks, that take turns; the system's one for temporary files when left out or empty. They have to exist. */
  readonly folders?: readonly string[] | undefined;
}

/** Makes the spill space of one job in temporary files of `host`. Nothing is made on disk before something is spilled. @beta */
export function createSpillSpace(host: Host, options: SpillOptions = {}): SpillSpace {
  return new ScratchSpillSpace(host, options);
}

class ScratchSpillSpace implements SpillSpace {
  readonly #host: Host;
  /** Where it spills to; the system's folder for temporary files when empty. */
  readonly #parents: readonly string[];
  /** The job's place in each parent, once there is one. */
  readonly #folders: (ScratchFolder | undefined)[] = [];
  readonly #files = new Set<SpillFile>();
  #numOpened = 0;
  #numBytesWritten = 0;
  #numBytesRead = 0;
  #isClosed = false;

  constructor(host: Host, { folders = [] }: SpillOptions) {
    this.#host = host;
    this.#parents = folders;
  }

  get numBytesWritten(): number {
    return this.#numBytesWritten;
  }

  get numBytesRead(): number {
    return this.#numBytesRead;
  }

  createFile(owner: string): SpillFile {
    const file = new ScratchSpillFile(owner, {
      folders: this.#parents,
      open: (name) => this.#open(name),
      written: (numBytes) => {
        this.#numBytesWritten += numBytes;
      },
      read: (numBytes) => {
        this.#numBytesRead += numBytes;
      },
      removed: (removed) => this.#files.delete(removed),
    });
    this.#files.add(file);
    return file;
  }

  close(): void {
    this.#isClosed = true;
    for (const file of [...this.#files]) file.remove();
    for (const folder of this.#folders) folder?.remove();
    this.#folders.length = 0;
  }

  #open(owner: string): ScratchFile {
    invariant(!this.#isClosed, "nothing is spilled after the job ended");
    const { scratch } = this.#host;
    if (scratch === undefined) {
      throw new MillraceError({
        code: "SPILL_FAILED",
        what: `There are no temporary files in this process (${this.#host.name}), and the memory is used up`,
        where: { operator: owner },
        fix: "Give the job more memory.",
      });
    }
    const number = this.#numOpened++;
    const turn = number % Math.max(1, this.#parents.length);
    try {
      let folder = this.#folders[turn];
      if (folder === undefined) {
        folder = scratch.makeFolder(this.#parents[turn]);
        this.#folders[turn] = folder;
      }
      return folder.createFile(`spill-${number}`);
    } catch (error) {
      throw spillFailed(owner, "written", error, this.#parents);
    }
  }
}
