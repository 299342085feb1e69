/**
 * Captures one graph in one synchronous step.
 *
 *   1. Each value with an identity gets a number when it is first met, and waits in a queue: no depth of nesting is too deep, and
 *      what is met twice is one node.
 *   2. What is waiting is described: by reference if it is a built-in or a package's, else by value, by {@link FunctionCapture} or
 *      {@link ObjectCapture}. What none of them knows is refused with the path that led there.
 *   3. Nothing of the program runs: properties are taken by descriptor, internal slots through the methods of the language.
 */
import { brandOf, type ErrorPlace, type Host, type InspectionSession } from "@millrace/core";
import { stateOf } from "../package-state.js";
import type { Captured } from "../revival/capture-digests.js";
import { attributesOf, type Capture, type CaptureTools } from "./capture.js";
import { CaptureLimits } from "./capture-limits.js";
import { CapturedScripts } from "./captured-scripts.js";
import { ClassCapture } from "./class-capture.js";
import { FunctionCapture } from "./function-capture.js";
import { FunctionSources } from "./function-sources.js";
import { ObjectCapture } from "./object-capture.js";
import { PackageReferences } from "./package-references.js";
import { ProcessParts } from "./process-parts.js";
import { below, type CapturePath, FIXES, refuse } from "./refusal.js";
import type { ReplacedBuiltIns } from "./replaced-built-ins.js";
import {
  type CapturedGraph,
  WIRE_VERSION,
  type WireNode,
  type WireProcess,
  type WireProperty,
  type WireUnit,
  type WireValue,
} from "./wire.js";

/** Roughly what a node and a property take. */
const NODE_BYTES = 16;
/** How many nodes are described between two looks at the clock. */
const CLOCK_INTERVAL = 256;

/** Is a value to capture and the operator that it belongs to. */
export interface CaptureRoot {
  readonly value: unknown;
  readonly where: ErrorPlace;
  readonly label: string;
}

/** Is an object of the program that was captured. */
export interface CapturedObject extends Captured {
  readonly path: CapturePath;
  /** The first operator that led there. */
  readonly where: ErrorPlace;
}

/** Gives what travels for an object that has a meaning of its own, such as a data set; undefined for every other. @beta */
export type HandleOf = (value: object) => { readonly data: unknown } | undefined;

/** Captures one graph; used once. */
export class CaptureRun implements Capture {
  readonly session: InspectionSession;
  readonly tools: CaptureTools;
  readonly packages: PackageReferences;
  readonly replaced: ReplacedBuiltIns;
  readonly scripts: CapturedScripts;
  readonly units: WireUnit[] = [];
  readonly chunks: Uint8Array[] = [];
  readonly #nodes: WireNode[] = [];
  readonly #ids = new Map<object | symbol, number>();
  /** All objects; those from `#numDescribed` on wait. */
  readonly #queue: [id: number, value: object, path: CapturePath, place: ErrorPlace][] = [];
  #numDescribed = 0;
  readonly #functions: FunctionCapture;
  readonly #objects: ObjectCapture;
  readonly #handleOf: HandleOf;
  readonly #processParts = new ProcessParts();
  /** Which members of things of packages are used. */
  readonly #uses = new Map<object, Set<string> | "whole">();
  readonly #stateful: [node: Extract<WireNode, { readonly type: "module" }>, value: object][] = [];
  readonly #sources: FunctionSources;
  readonly #limits: CaptureLimits;
  #where: ErrorPlace = {};
  #isSettingUp = false;

  constructor(tools: CaptureTools, session: InspectionSession, clock: Host["clock"], handleOf: HandleOf) {
    this.tools = tools;
    this.#limits = new CaptureLimits(clock, this);
    this.session = session;
    this.scripts = new CapturedScripts(tools.scripts);
    this.packages = new PackageReferences(tools.host, tools.scripts, session);
    this.replaced = tools.builtIns.replaced();
    this.#handleOf = handleOf;
    const sources = new FunctionSources(this);
    this.#sources = sources;
    const classes = new ClassCapture(this, sources);
    this.#functions = new FunctionCapture(this, sources, classes);
    this.#objects = new ObjectCapture(this, sources, classes);
  }

  capture(functions: readonly CaptureRoot[], setUp: readonly CaptureRoot[], process: WireProcess): CapturedGraph {
    this.#isSettingUp = true;
    const setUpValues = setUp.map((root) => this.#root(root));
    this.#isSettingUp = false;
    const roots = functions.map((root) => this.#root(root));
    this.#addStates();
    return {
      version: WIRE_VERSION,
      content: {
        scripts: this.scripts.wire(),
        units: this.units,
        nodes: this.#nodes,
        roots,
        setUp: setUpValues,
        process,
      },
      chunks: this.chunks,
      sizeBytes: this.#limits.sizeBytes,
      numFunctions: this.#limits.numFunctions,
    };
  }

  /** Gives the functions and classes of the program that travel, by the numbers of their nodes. */
  functions(): ReadonlyMap<number, object> {
    const found = new Map<number, object>();
    for (const [value, id] of this.#ids) if (this.#nodes[id]!.type === "function") found.set(id, value as object);
    return found;
  }

  /** Gives the objects of the program that the graph describes. */
  objects(): readonly CapturedObject[] {
    return this.#queue.map(([id, value, path, where]) => ({ value, type: this.#nodes[id]!.type, path, where }));
  }

  #root({ value, where, label }: CaptureRoot): WireValue {
    this.#where = where;
    const wire = this.value(value, { parent: undefined, label });
    for (; this.#numDescribed < this.#queue.length; this.#numDescribed++) {
      const [id, waiting, path, place] = this.#queue[this.#numDescribed]!;
      this.#where = place;
      if (id % CLOCK_INTERVAL === 0) this.#limits.checkTime(path);
      this.#nodes[id] = this.#describe(waiting, path);
    }
    return wire;
  }

  /** Throws CAPTURE_REFUSED for what stands at `path`. */
  refuse(path: CapturePath, what: string, fix: string): never {
    return refuse({ where: this.#where }, path, what, fix);
  }

  /** Where the operator is that is being captured. */
  get where(): ErrorPlace {
    return this.#where;
  }

  /** Whether what is captured sets workers up. */
  get isSettingUp(): boolean {
    return this.#isSettingUp;
  }

  /** Tells whether something has its place in the graph already. */
  isKnown(value: object): boolean {
    return this.#ids.has(value);
  }

  addSize(numBytes: number, path: CapturePath): void {
    this.#limits.addSize(numBytes, path);
  }

  countFunction(path: CapturePath): void {
    this.#limits.countFunction(path);
  }

  /** Gives the wire form of any value; what has an identity is described later. */
  value(value: unknown, path: CapturePath): WireValue {
    switch (typeof value) {
      case "string":
        this.addSize(value.length, path);
        return value;
      case "number":
        if (Number.isFinite(value) && !Object.is(value, -0)) return value;
        return ["number", Object.is(value, -0) ? "-0" : String(value)];
      case "boolean":
        return value;
      case "undefined":
        return ["undefined"];
      case "bigint":
        return ["bigint", value.toString()];
      case "symbol":
        return this.#symbol(value);
      default:
        if (value === null) return null;
        if (this.#uses.has(value as object)) this.#uses.set(value as object, "whole");
        return ["node", this.#idOf(value as object, path)];
    }
  }

  /** Gives the wire form of a thing of a package of which only some members are used. */
  packageValue(value: object, members: readonly string[], path: CapturePath): WireValue {
    const known = this.#uses.get(value);
    if (known === undefined) this.#uses.set(value, this.isKnown(value) ? "whole" : new Set(members));
    else if (known !== "whole") for (const member of members) known.add(member);
    return ["node", this.#idOf(value, path)];
  }

  /** Adds a node without an identity in the program. */
  addNode(node: WireNode): WireValue {
    return ["node", this.#nodes.push(node) - 1];
  }

  #idOf(value: object, path: CapturePath): number {
    let id = this.#ids.get(value);
    if (id === undefined) {
      // The place is kept by a node that is filled in when its turn comes.
      id = this.#nodes.push(UNFINISHED) - 1;
      this.#ids.set(value, id);
      this.#queue.push([id, value, path, this.#where]);
      this.addSize(NODE_BYTES, path);
    }
    return id;
  }

  #symbol(symbol: symbol): WireValue {
    let id = this.#ids.get(symbol);
    if (id === undefined) {
      const wellKnown = this.tools.builtIns.wellKnown(symbol);
      const registered = Symbol.keyFor(symbol);
      const node: WireNode =
        wellKnown !== undefined
          ? { type: "symbol", kind: "wellKnown", key: wellKnown }
          : registered !== undefined
            ? { type: "symbol", kind: "registered", key: registered }
            : { type: "symbol", kind: "unique", key: symbol.description ?? null };
      id = this.#nodes.push(node) - 1;
      this.#ids.set(symbol, id);
    }
    return ["node", id];
  }

  #describe(value: object, path: CapturePath): WireNode {
    const part = this.#isSettingUp ? undefined : this.#processParts.partOf(value);
    if (part !== undefined) return { type: "process", part };
    if (this.session.isProxy(value)) return this.#proxy(value, path);
    const handle = this.#handleOf(value);
    if (handle !== undefined) return { type: "handle", data: this.value(handle.data, path) };
    const reference = this.reference(value, path) ?? this.packageReference(value, false);
    if (reference !== undefined) return reference;
    return typeof value === "function" ? this.#functions.describe(value, path) : this.#objects.describe(value, path);
  }

  /** A package may export one; it goes by reference, and nobody looks into it. */
  #proxy(value: object, path: CapturePath): WireNode {
    const found = this.packages.findDeep(value);
    return found === undefined ? this.refuse(path, "a Proxy", FIXES.data) : { type: "module", ...found };
  }

  /** Gives the reference to a built-in object. */
  reference(value: object, path: CapturePath): WireNode | undefined {
    const builtIn = this.tools.builtIns.pathOf(value);
    if (builtIn === undefined) return undefined;
    const replaced = this.replaced.within(builtIn);
    if (replaced !== undefined) {
      this.refuse(path, `a built-in with ${replaced.path}, which the program has ${replaced.how}`, FIXES.setUp);
    }
    return { type: "intrinsic", path: builtIn };
  }

  /** Gives what stands for the module of the process. */
  processModule(namespace: object): WireValue | undefined {
    if (this.#isSettingUp || !this.#processParts.isModule(namespace)) return undefined;
    return this.addNode({ type: "process", part: "module" });
  }

  /** Gives the reference to something of a package, or to a class of Millrace or its prototype, from whatever copy. */
  packageReference(value: object, isCertain: boolean): WireNode | undefined {
    const branded = this.#brandedReference(value);
    if (branded !== undefined) return branded;
    const found = isCertain ? this.packages.findDeep(value) : this.packages.find(value);
    if (found === undefined) return undefined;
    const node = { type: "module", ...found } as const;
    if (!OWN_STATE.test(found.specifier)) this.#stateful.push([node, value]);
    return node;
  }

  #brandedReference(value: object): WireNode | undefined {
    if (typeof value === "function") {
      const name = brandOf(value);
      return name === undefined ? undefined : { type: "branded", name, isPrototype: false };
    }
    const owner: unknown = Object.getOwnPropertyDescriptor(value, "constructor")?.value;
    const name = typeof owner === "function" && !this.session.isProxy(owner) ? brandOf(owner) : undefined;
    if (name === undefined || (owner as { prototype: unknown }).prototype !== value) return undefined;
    return { type: "branded", name, isPrototype: true };
  }

  /** Tells in which state things of packages are, when it is known what of them is used. */
  #addStates(): void {
    for (const [node, value] of this.#stateful) {
      const isHost = this.tools.host.isHostModule(node.specifier);
      const uses = this.#uses.get(value) ?? "whole";
      const members = uses === "whole" ? undefined : uses;
      const isOfProgram = (each: object): boolean => this.#sources.isOfProgram(each);
      const state = stateOf(value, { isHost, members, isOfProgram });
      if (state.length > 0) Object.assign(node, { state, ...(members === undefined ? {} : { members: [...members] }) });
    }
  }

  /** Gives one own property by its descriptor. */
  property(holder: object, key: PropertyKey, path: CapturePath): WireProperty {
    const descriptor = Object.getOwnPropertyDescriptor(holder, key)!;
    const wireKey = typeof key === "symbol" ? this.#symbol(key) : String(key);
    const at = below(path, String(key));
    const attributes = attributesOf(descriptor);
    if ("value" in descriptor) return [wireKey, attributes, this.value(descriptor.value, at)];
    return [wireKey, attributes, this.value(descriptor.get, at), this.value(descriptor.set, at)];
  }

  /** Gives the wire form of a property's key. */
  key(key: PropertyKey): WireValue {
    return typeof key === "symbol" ? this.#symbol(key) : String(key);
  }
}

/** What follows the program by itself, and what must not be compared: Millrace keeps registries of what was made. */
const OWN_STATE = /^(?:node:)?process$|^@?millrace(?:\/|$)/;

const UNFINISHED: WireNode = { type: "list", items: [] };
