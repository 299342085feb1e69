/**
 * Makes captured functions anew, in another thread or process.
 *
 *   1. The modules that the graph refers to are imported.
 *   2. Everything but functions is made, empty, so that cycles cause no trouble.
 *   3. Functions are made in the order of what they need. The values of free names become parameters of a function around the code;
 *      a name whose function is being made itself becomes a variable that is set afterwards. A class needs its base before
 *      it; that wins over every order by names.
 *   4. Objects are filled: content, properties, prototypes, and last whether they are fixed.
 *   5. What `env.setUp` was given runs, then packages are compared with how the program had them.
 *
 * Code is evaluated under the name of its script with line and column of old, so that stack traces show the user's file.
 */
import { brandedClass, type HostScripts } from "@millrace/core";
import { followPath, pathText } from "../capture/built-ins.js";
import { corrupt } from "../capture/graph-bytes.js";
import { type CapturedGraph, contentOf, type WireNode, type WireValue } from "../capture/wire.js";
import { perSlot } from "../per-slot.js";
import { captureChanged } from "./capture-changed.js";
import { CaptureDigests, type Captured } from "./capture-digests.js";
import { CodeMaker, type NameKind } from "./code-maker.js";
import { JobProcess } from "./job-process.js";
import { bufferOf, globalView, localeOf, symbolOf, viewOf } from "./made-values.js";
import { ObjectFiller } from "./object-filler.js";
import { missing, RevivedModules } from "./revived-modules.js";

/** Settings of {@link reviveFunctions}. @beta */
export interface ReviveOptions {
  /** Makes the object of a handle from the data that `handleOf` gave when it was captured. */
  readonly restoreHandle?: ((data: unknown) => object) | undefined;
  /** Whether all captured data are to be compared with what they were, and not the first 64 KiB only; it takes time. */
  readonly checksAllCaptures?: boolean | undefined;
}

type FunctionNode = Extract<WireNode, { readonly type: "function" }>;

/**
 * Makes captured functions anew. What they shared is shared again, and every call makes another copy of everything.
 *
 * Throws CAPTURE_CORRUPT when the graph does not fit this process, and PACKAGE_STATE_DIFFERS when the program had configured a package
 * that is as delivered here.
 *
 * @param scripts - evaluates the code and loads what it refers to: `scripts` of the worker's host
 * @beta
 */
export async function reviveFunctions(
  graph: CapturedGraph,
  scripts: HostScripts,
  options: ReviveOptions = {},
): Promise<RevivedFunctions> {
  // First, since packages look at arguments and environment when they are imported.
  scripts.adoptProcess(contentOf(graph).process);
  const modules = new RevivedModules(scripts);
  await modules.load(contentOf(graph).nodes);
  const revival = new Revival(graph, scripts, modules, options);
  revival.makeAll();
  for (const value of contentOf(graph).setUp) await (revival.value(value) as () => unknown)();
  modules.check();
  const digests = revival.digests(options.checksAllCaptures ?? false);
  let ids: ReadonlyMap<unknown, number> | undefined;
  return {
    functions: contentOf(graph).roots.map((root) => revival.value(root)),
    idOf: (value) => {
      ids ??= revival.functionIds();
      return ids.get(value);
    },
    checkCaptures: () => {
      const changed = digests.changed();
      if (changed !== undefined) throw captureChanged(changed.type);
    },
  };
}

/** Holds functions that were made anew. @beta */
export interface RevivedFunctions {
  /** In the order in which they were captured. */
  readonly functions: readonly unknown[];
  /**
   * Gives the number of a function or class that was made anew; undefined for all others. `originalOf` knows by it, in the program, what was
   * captured.
   */
  idOf(value: object): number | undefined;
  /** Throws CAPTURE_CHANGED when captured data are not what they were: of all of them, or of the first 64 KiB. */
  checkCaptures(): void;
}

class Revival {
  readonly #nodes: readonly WireNode[];
  readonly #graph: CapturedGraph;
  readonly #scripts: HostScripts;
  readonly #modules: RevivedModules;
  readonly #options: ReviveOptions;
  readonly #made: unknown[];
  readonly #isMade: Uint8Array;
  /** Sets a name of a function that was made before the name's value. */
  readonly #late: (() => void)[] = [];
  readonly #code: CodeMaker;
  #process: JobProcess | undefined;
  readonly #filler = new ObjectFiller((wire) => this.value(wire));

  constructor(graph: CapturedGraph, scripts: HostScripts, modules: RevivedModules, options: ReviveOptions) {
    this.#graph = graph;
    this.#nodes = contentOf(graph).nodes;
    this.#scripts = scripts;
    this.#modules = modules;
    this.#options = options;
    this.#made = new Array(this.#nodes.length);
    this.#isMade = new Uint8Array(this.#nodes.length);
    this.#code = new CodeMaker(contentOf(graph), scripts);
  }

  makeAll(): void {
    for (let id = 0; id < this.#nodes.length; id++) this.#makeShell(id);
    for (let id = 0; id < this.#nodes.length; id++) this.#ensure(id);
    for (const set of this.#late) set();
    for (let id = 0; id < this.#nodes.length; id++) this.#filler.setPrototype(this.#nodes[id]!, this.#made[id]);
    for (let id = 0; id < this.#nodes.length; id++) this.#filler.fill(this.#nodes[id]!, this.#made[id]);
    for (let id = 0; id < this.#nodes.length; id++) {
      if ("isFixed" in this.#nodes[id]!) Object.preventExtensions(this.#made[id]);
    }
  }

  value(wire: WireValue): unknown {
    if (wire === null || typeof wire !== "object") return wire;
    switch (wire[0]) {
      case "undefined":
        return undefined;
      case "number":
        return wire[1] === "-0" ? -0 : Number(wire[1]);
      case "bigint":
        return BigInt(wire[1]);
      case "node":
        return this.#made[wire[1]];
    }
  }

  /** Gives the numbers of all functions. */
  functionIds(): ReadonlyMap<unknown, number> {
    const numbered = this.#nodes.flatMap(({ type }, id) =>
      type === "function" ? [[this.#made[id], id] as const] : [],
    );
    return new Map(numbered);
  }

  /** Takes digests of everything that user code could change. */
  digests(isComplete: boolean): CaptureDigests<Captured> {
    const objects = this.#nodes.map(({ type }, id) => ({ type, value: this.#made[id] as object }));
    return new CaptureDigests(objects, isComplete);
  }

  // Step 2

  #makeShell(id: number): void {
    const node = this.#nodes[id]!;
    const shell = this.#shellOf(node);
    if (shell === PENDING) return;
    this.#made[id] = shell;
    this.#isMade[id] = 1;
  }

  #shellOf(node: WireNode): unknown {
    switch (node.type) {
      case "function":
      case "prototype":
      case "member":
      case "perSlot":
      case "handle":
      case "view":
      case "boxed":
      case "intl":
        return PENDING;
      case "intrinsic":
        return followPath(node.path) ?? missing(pathText(node.path));
      case "module":
        return this.#modules.valueOf(node);
      case "branded": {
        const found = brandedClass(node.name) ?? missing(node.name);
        return node.isPrototype ? ownValue(found, "prototype") : found;
      }
      case "globalView":
        return globalView(node.names);
      case "process":
        this.#process ??= new JobProcess(contentOf(this.#graph).process);
        return this.#process.part(node.part);
      case "symbol":
        return symbolOf(node.kind, node.key);
      case "object":
      case "record":
        return {};
      case "list":
        return [];
      case "array":
        return new Array(node.length);
      case "map":
        return new Map();
      case "set":
        return new Set();
      case "date":
        return new Date(this.value(node.time) as number);
      case "regexp":
        return new RegExp(node.source, node.flags);
      case "error":
        return new Error();
      case "bytes":
        return this.#chunk(node.chunk).slice().buffer;
      case "nodeBuffer":
        return bufferOf(this.#chunk(node.chunk));
      case "made":
        return node.by === "URL" ? new URL(node.text) : new URLSearchParams(node.text);
      case "textEncoder":
        return new TextEncoder();
      case "textDecoder":
        return new TextDecoder(node.encoding, { fatal: node.isFatal, ignoreBOM: node.ignoresBom });
      case "importer":
        return (specifier: unknown, options?: { readonly with?: Record<string, string> }) =>
          this.#scripts.importModule(String(specifier), node.from, options?.with);
      case "require":
        return this.#scripts.requireFrom(node.from) ?? missing("require");
    }
  }

  #chunk(index: number): Uint8Array {
    return this.#graph.chunks[index]!;
  }

  // Step 3

  /** Makes what depends on other things, those first. */
  #ensure(id: number): unknown {
    if (this.#isMade[id] === 1) return this.#made[id];
    const node = this.#nodes[id]!;
    // A second visit while the first is under way: the caller must do without, or this is a class that is needed as a base.
    if (node.type === "function") {
      this.#makeFunction(id, node);
    } else {
      this.#made[id] = this.#dependent(node);
      this.#isMade[id] = 1;
    }
    return this.#made[id];
  }

  #ensureValue(wire: WireValue): unknown {
    return isNode(wire) ? this.#ensure(wire[1]) : this.value(wire);
  }

  /** Makes plain data that is read at once. */
  #ensureFilled(wire: WireValue): unknown {
    const value = this.#ensureValue(wire);
    const node = isNode(wire) ? this.#nodes[wire[1]]! : undefined;
    if (node?.type !== "record" && node?.type !== "list") return value;
    for (const part of node.type === "record" ? node.values : node.items) this.#ensureFilled(part);
    this.#filler.fill(node, value);
    return value;
  }

  #dependent(node: WireNode): unknown {
    switch (node.type) {
      case "prototype":
        return ownValue(this.#ensureValue(node.of), "prototype");
      case "member": {
        const owner = this.#ensureValue(node.of) as object;
        const holder = node.isStatic ? owner : (ownValue(owner, "prototype") as object);
        return Object.getOwnPropertyDescriptor(holder, this.value(node.key) as string)?.[node.part];
      }
      case "perSlot":
        return perSlot(this.#ensureValue(node.factory) as () => unknown);
      case "boxed":
        return Object(this.#ensureValue(node.value));
      case "view":
        return viewOf(node.name, this.#ensureValue(node.buffer) as ArrayBuffer, node.offset, node.length);
      case "handle": {
        const restore = this.#options.restoreHandle;
        if (restore === undefined) throw corrupt("it holds a handle, and nothing was given that restores handles");
        return restore(this.#ensureFilled(node.data));
      }
      case "intl": {
        const options = this.#ensureFilled(node.options);
        const makers = Intl as unknown as Record<string, new (locale: string | undefined, options: unknown) => object>;
        const maker = makers[node.name]!;
        const made = new maker(node.isOfProcess ? undefined : node.locale, options);
        return node.isOfProcess && localeOf(made) !== node.locale ? new maker(node.locale, options) : made;
      }
      default:
        throw corrupt(`a node of the type ${node.type} was not made`);
    }
  }

  #makeFunction(id: number, node: FunctionNode): void {
    const { names } = contentOf(this.#graph).units[node.unit]!;
    const isInProgress = this.#isMade[id] === IN_PROGRESS;
    this.#isMade[id] = IN_PROGRESS;
    const base = names.indexOf(HERITAGE);
    if (base >= 0) this.#ensureValue(node.environment[base]!);
    if (!isInProgress) {
      for (const wire of node.environment) if (this.#canWaitFor(wire)) this.#ensureValue(wire);
    }
    // What this one waited for may have needed it as a base, and made it.
    if (this.#isMade[id] === 1) return;
    const { form } = contentOf(this.#graph).units[node.unit]!;
    const kinds = node.environment.map((wire, index): NameKind => {
      if (!isNode(wire) || this.#isMade[wire[1]] === 1) return "early";
      // Only the first of several names for the function itself can be its constant.
      const isSelf = wire[1] === id && form === "expression";
      return isSelf && node.environment.findIndex((each) => isNode(each) && each[1] === id) === index ? "self" : "late";
    });
    const home = node.home === undefined ? undefined : { prototype: this.#ensureValue(node.home) as object | null };
    const { value, set } = this.#code.make(
      node.unit,
      node.environment.map((wire) => this.value(wire)),
      kinds,
      home,
    );
    this.#made[id] = value;
    this.#isMade[id] = 1;
    if (set !== undefined) {
      const late = node.environment.filter((_, index) => kinds[index] === "late");
      this.#late.push(() => set(...late.map((wire) => this.value(wire))));
    }
  }

  #canWaitFor(wire: WireValue): boolean {
    return isNode(wire) && this.#isMade[wire[1]] === 0;
  }
}

const PENDING = Symbol("pending");
const IN_PROGRESS = 2;
const HERITAGE = "$base";

function isNode(wire: WireValue): wire is readonly ["node", number] {
  return wire !== null && typeof wire === "object" && wire[0] === "node";
}

function ownValue(holder: unknown, key: string): unknown {
  return Object.getOwnPropertyDescriptor(holder as object, key)?.value;
}
