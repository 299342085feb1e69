import type { ExecutionPhase } from "./analysis.js";
import type { Usage } from "./usage.js";

/** Says whose `this`, `arguments`, `super` and `new.target` code sees: the analysed function's, its surroundings', or others. */
export type Owner = "outer" | "own" | "inner";

/** Holds what a function, class member or script gives to the code inside it; scopes of one function share it. */
export interface Frame {
  readonly owner: Owner;
  /** Whether functions in blocks are also variables of the function (Annex B). */
  readonly isSloppy: boolean;
  readonly phase: ExecutionPhase;
  /** The member of the analysed class that the code belongs to. */
  readonly member: string | undefined;
}

/** What a name is bound to: a variable that nobody asks about, one whose uses are collected, or a special one. */
export type Binding = Usage | "variable" | "ownArguments" | "self";

/** Maps the names that one piece of syntax declares; what is not found here is looked for in the parent. */
export class Scope {
  readonly parent: Scope | undefined;
  readonly frame: Frame;
  readonly #names = new Map<string, Binding>();
  #privateNames: Set<string> | undefined;

  constructor(parent: Scope | undefined, frame: Frame) {
    this.parent = parent;
    this.frame = frame;
  }

  declare(name: string, binding: Binding = "variable"): void {
    this.#names.set(name, binding);
  }

  /** Gives what this scope itself binds the name to. */
  own(name: string): Binding | undefined {
    return this.#names.get(name);
  }

  /** Gives what the name is bound to here or further out, or undefined for a free name. */
  resolve(name: string): Binding | undefined {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.parent) {
      const binding = scope.#names.get(name);
      if (binding !== undefined) return binding;
    }
    return undefined;
  }

  declarePrivate(name: string): void {
    this.#privateNames ??= new Set();
    this.#privateNames.add(name);
  }

  hasPrivate(name: string): boolean {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.parent) {
      if (scope.#privateNames?.has(name)) return true;
    }
    return false;
  }
}
