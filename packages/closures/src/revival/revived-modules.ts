/** Loads the modules that a graph refers to, and holds packages against how the program had them. */
import { type HostScripts, MillraceError } from "@millrace/core";
import { isObject } from "../capture/built-ins.js";
import { corrupt } from "../capture/graph-bytes.js";
import type { WireNode } from "../capture/wire.js";
import { differenceOf, stateOf } from "../package-state.js";

type ModuleNode = Extract<WireNode, { readonly type: "module" }>;

/** Holds the modules of one revival. */
export class RevivedModules {
  readonly #scripts: HostScripts;
  readonly #loaded = new Map<ModuleNode, object>();

  constructor(scripts: HostScripts) {
    this.#scripts = scripts;
  }

  /** Imports or requires what the nodes refer to, from the files of the program. */
  async load(nodes: readonly WireNode[]): Promise<void> {
    for (const node of nodes) {
      if (node.type !== "module") continue;
      const { specifier, from, isRequired } = node;
      const loaded = isRequired
        ? { exports: this.#scripts.requireFrom(from)?.(specifier) }
        : await this.#scripts.importModule(specifier, from);
      this.#loaded.set(node, loaded);
    }
  }

  /** Gives what a node refers to. */
  valueOf(node: ModuleNode): unknown {
    const loaded = this.#loaded.get(node);
    let value: unknown = node.isRequired ? (loaded as { exports: unknown }).exports : loaded;
    for (const step of node.path) value = isObject(value) ? (value as Record<string, unknown>)[step] : undefined;
    return isObject(value) ? value : missing([node.specifier, ...node.path].join("."));
  }

  /** Throws PACKAGE_STATE_DIFFERS when something of a package is not as it was in the program. */
  check(): void {
    for (const node of this.#loaded.keys()) {
      if (node.state === undefined) continue;
      const value = this.valueOf(node) as object;
      const isHost = this.#scripts.isHostModule(node.specifier);
      const members = node.members === undefined ? undefined : new Set(node.members);
      const place = differenceOf(node.state, stateOf(value, { isHost, members }));
      if (place === undefined) continue;
      const name = [node.specifier, ...node.path].join(".");
      throw new MillraceError({
        code: "PACKAGE_STATE_DIFFERS",
        what: `The program has set ${place === "" ? "" : `"${place}" of `}${name}, which is otherwise in the worker`,
        expected: "packages that are set up in the same way in every worker",
        fix: "Set it up in env.setUp(() => …), which runs once in every worker before user code.",
      });
    }
  }
}

/** Throws CAPTURE_CORRUPT for what is not there. */
export function missing(name: string): never {
  throw corrupt(`${name} does not exist in this process`);
}
