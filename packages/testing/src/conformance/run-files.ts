import { type FileSystem, MillraceError } from "@millrace/core";
import type { ProgramRun } from "./program.js";

/** Gives one run of a program its files: a temporary directory that is made on first use and removed at the end. */
export class RunFiles implements ProgramRun {
  readonly parallelism: number;
  readonly #files: FileSystem | undefined;
  #directory: string | undefined;

  constructor(parallelism: number, files: FileSystem | undefined) {
    this.parallelism = parallelism;
    this.#files = files;
  }

  get files(): FileSystem {
    if (this.#files !== undefined) return this.#files;
    throw new MillraceError({
      code: "UNSUPPORTED_BY_HOST",
      what: "A conformance program asks for files, and the host has none",
      expected: 'a program that says it needs "files", which is left out on such a host',
    });
  }

  async path(name: string): Promise<string> {
    this.#directory ??= await this.files.makeTemporaryDirectory("millrace-conformance-");
    return this.files.resolve(`${this.#directory}/${name}`);
  }

  async writeFile(name: string, content: string | Uint8Array): Promise<string> {
    const path = await this.path(name);
    const file = await this.files.openWrite(path, { exclusive: true });
    try {
      await file.write(typeof content === "string" ? new TextEncoder().encode(content) : content);
    } finally {
      await file.close();
    }
    return path;
  }

  async readFile(path: string): Promise<string> {
    const file = await this.files.openRead(path);
    try {
      const bytes = new Uint8Array(file.sizeBytes);
      for (let offset = 0; offset < bytes.length; ) {
        const numRead = await file.read(bytes.subarray(offset), offset);
        if (numRead === 0) break;
        offset += numRead;
      }
      return new TextDecoder().decode(bytes);
    } finally {
      await file.close();
    }
  }

  /** Removes what was written. */
  async remove(): Promise<void> {
    if (this.#directory !== undefined) await this.files.remove(this.#directory);
  }
}
