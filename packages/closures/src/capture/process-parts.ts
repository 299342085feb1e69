/**
 * Knows what a program was started with: `process`, its arguments and its environment. They go with each job, so that two jobs in one thread
 * see their own.
 */
import { isObject } from "./built-ins.js";

/** Names what of the process travels: itself, its module, or one of its settings. */
export type ProcessPart = "process" | "module" | "argv" | "env" | "execArgv";

/** The settings of a process that belong to the job. */
export const PROCESS_SETTINGS = ["argv", "env", "execArgv"] as const;

/** Gives the process of this thread, where there is one. */
export function processObject(): Record<string, unknown> | undefined {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, "process");
  const value: unknown = descriptor?.get === undefined ? descriptor?.value : descriptor.get.call(globalThis);
  return isObject(value) ? (value as Record<string, unknown>) : undefined;
}

/** Tells whether code that uses these members of the process uses what belongs to the job. */
export function usesProcessSettings(members: readonly string[] | "whole"): boolean {
  return members === "whole" || PROCESS_SETTINGS.some((name) => members.includes(name));
}

/** Tells which part of the process an object is. */
export class ProcessParts {
  readonly #parts = new Map<object, ProcessPart>();

  constructor() {
    const process = processObject();
    if (process === undefined) return;
    this.#parts.set(process, "process");
    for (const name of PROCESS_SETTINGS) {
      const value: unknown = Object.getOwnPropertyDescriptor(process, name)?.value;
      if (isObject(value)) this.#parts.set(value, name);
    }
  }

  partOf(value: object): ProcessPart | undefined {
    return this.#parts.get(value);
  }

  /** Tells whether a namespace is that of the process: `import * as process from "node:process"`. */
  isModule(namespace: object): boolean {
    const main: unknown = Object.getOwnPropertyDescriptor(namespace, "default")?.value;
    return isObject(main) && this.#parts.get(main) === "process";
  }
}
