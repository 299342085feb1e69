/**
 * Captures objects that are no functions. What an object is, its internal slots tell, never its prototype or a tag; then its prototype
 * chain must lead over the user's own classes to the prototype of that kind. Anything else is an instance of somebody's class, which
 * may hold what nobody can see, and is refused.
 */
import type { InspectedKind } from "@millrace/core";
import { pathText } from "./built-ins.js";
import { attributesOf, type Capture } from "./capture.js";
import type { ClassCapture } from "./class-capture.js";
import type { FunctionSources } from "./function-sources.js";
import { getterOf, MadeObjects } from "./made-objects.js";
import { PrototypeChains } from "./prototype-chains.js";
import { below, type CapturePath, FIXES } from "./refusal.js";
import { ALL_ATTRIBUTES, type WireNode, type WireOwn, type WireProperty, type WireValue, WRITABLE } from "./wire.js";

/** Kinds that cannot travel, as a message names them, and the way out. */
const REFUSED: Partial<Record<InspectedKind, readonly [what: string, fix: string]>> = {
  arguments: ["an arguments object", FIXES.parameter],
  external: ["a native handle", FIXES.perSlot],
  generator: ["a generator", FIXES.data],
  iterator: ["an iterator", FIXES.data],
  promise: ["a Promise", "Await it in the program, and capture its value."],
  "shared array buffer": ["a SharedArrayBuffer", FIXES.data],
  "weak map": ["a WeakMap", FIXES.data],
  "weak set": ["a WeakSet", FIXES.data],
};

/** The prototypes that kinds with slots of their own begin from. */
const PROTOTYPE_OF: Partial<Record<InspectedKind, string>> = {
  array: "Array.prototype",
  "array buffer": "ArrayBuffer.prototype",
  "data view": "DataView.prototype",
  date: "Date.prototype",
  map: "Map.prototype",
  "regular expression": "RegExp.prototype",
  set: "Set.prototype",
};

/** Describes objects for one capture. */
export class ObjectCapture {
  readonly #run: Capture;
  readonly #classes: ClassCapture;
  readonly #made: MadeObjects;
  readonly #chains: PrototypeChains;

  constructor(run: Capture, sources: FunctionSources, classes: ClassCapture) {
    this.#run = run;
    this.#classes = classes;
    this.#made = new MadeObjects(run);
    this.#chains = new PrototypeChains(run, sources, classes);
  }

  describe(value: object, path: CapturePath): WireNode {
    const kind = this.#run.session.kindOf(value);
    const refused = REFUSED[kind];
    if (refused !== undefined) this.#run.refuse(path, ...refused);
    switch (kind) {
      case "ordinary":
        return this.#ordinary(value, path);
      case "array":
        this.#chains.check(value, PROTOTYPE_OF.array, path);
        return this.#array(value as unknown[], path);
      case "module namespace":
        return this.#namespace(value, path);
      case "error":
        this.#chains.check(value, "error", path);
        return { type: "error", ...this.#own(value, undefined, path, NO_KEYS) };
      case "boxed primitive":
        return this.#boxed(value, path);
      case "typed array":
        return this.#typedArray(value as Uint8Array, path);
      case "data view":
        return this.#dataView(value as DataView, path);
      default:
        return this.#withSlots(kind, value, path);
    }
  }

  #withSlots(kind: InspectedKind, value: object, path: CapturePath): WireNode {
    const base = PROTOTYPE_OF[kind];
    if (base === undefined) return this.#run.refuse(path, `a value of the kind "${kind}"`, FIXES.data);
    this.#chains.check(value, base, path);
    const own = this.#own(value, base, path, NO_KEYS);
    switch (kind) {
      case "map": {
        const entries: WireValue[] = [];
        Map.prototype.forEach.call(value as Map<unknown, unknown>, (each, key) => {
          const index = entries.length / 2;
          entries.push(
            this.#run.value(key, below(path, `key ${index}`)),
            this.#run.value(each, below(path, `value ${index}`)),
          );
        });
        return { type: "map", entries, ...own };
      }
      case "set": {
        const items: WireValue[] = [];
        Set.prototype.forEach.call(value as Set<unknown>, (each) => {
          items.push(this.#run.value(each, below(path, `item ${items.length}`)));
        });
        return { type: "set", items, ...own };
      }
      case "date":
        return { type: "date", time: this.#run.value(Date.prototype.getTime.call(value as Date), path), ...own };
      case "regular expression": {
        const source = getterOf(RegExp.prototype, "source").call(value) as string;
        const flags = REGULAR_EXPRESSION_FLAGS.filter(
          ([name]) => name in RegExp.prototype && getterOf(RegExp.prototype, name).call(value) === true,
        );
        return { type: "regexp", source, flags: flags.map(([, letter]) => letter).join(""), ...own };
      }
      case "array buffer":
        return this.#arrayBuffer(value as ArrayBuffer, own, path);
      default:
        return this.#run.refuse(path, `a value of the kind "${kind}"`, FIXES.data);
    }
  }

  #ordinary(value: object, path: CapturePath): WireNode {
    const prototype: unknown = Object.getPrototypeOf(value);
    const owner = this.#classes.ownerOfPrototype(value);
    if (owner !== undefined) return this.#classes.describePrototype(value, owner, path);
    const special = prototype === null ? undefined : this.#made.describe(value, prototype as object, path);
    if (special !== undefined) return special;
    this.#chains.check(value, undefined, path);
    if (prototype === Object.prototype) {
      const record = this.#record(value, path);
      if (record !== undefined) return record;
    }
    return { type: "object", ...this.#own(value, "Object.prototype", path, NO_KEYS) };
  }

  /** A plain object with plain properties, the most frequent kind, in a short form. */
  #record(value: object, path: CapturePath): WireNode | undefined {
    const keys = Reflect.ownKeys(value);
    if (!Object.isExtensible(value)) return undefined;
    const values: unknown[] = [];
    for (const key of keys) {
      const descriptor = Object.getOwnPropertyDescriptor(value, key)!;
      if (typeof key !== "string" || !("value" in descriptor) || attributesOf(descriptor) !== ALL_ATTRIBUTES)
        return undefined;
      values.push(descriptor.value);
    }
    this.#run.addSize(keys.length * PROPERTY_BYTES, path);
    return {
      type: "record",
      keys: keys as string[],
      values: values.map((each, index) => this.#run.value(each, below(path, keys[index] as string))),
    };
  }

  #array(value: unknown[], path: CapturePath): WireNode {
    if (isTemplateObject(value)) {
      this.#run.refuse(
        path,
        "the strings of a tagged template, which code knows by their identity",
        "Capture a copy of them: [...strings].",
      );
    }
    const length = value.length;
    const isPlain =
      !this.#hasNamedKeys(value, path) &&
      Object.getPrototypeOf(value) === Array.prototype &&
      Object.isExtensible(value);
    this.#run.addSize(length * PROPERTY_BYTES, path);
    const items: unknown[] = [];
    for (let index = 0; isPlain && index < length; index++) {
      const descriptor = Object.getOwnPropertyDescriptor(value, index);
      if (descriptor === undefined || !("value" in descriptor) || attributesOf(descriptor) !== ALL_ATTRIBUTES) break;
      items.push(descriptor.value);
    }
    const hasPlainLength = Object.getOwnPropertyDescriptor(value, "length")!.writable === true;
    if (isPlain && hasPlainLength && items.length === length) {
      return { type: "list", items: items.map((each, index) => this.#run.value(each, below(path, `[${index}]`))) };
    }
    const own = this.#own(value, PROTOTYPE_OF.array, path, LENGTH);
    const properties = hasPlainLength ? own.properties : [...(own.properties ?? []), ["length", 0, length] as const];
    return { type: "array", length, ...own, ...(properties === undefined ? {} : { properties }) };
  }

  #namespace(value: object, path: CapturePath): WireNode {
    const properties: WireProperty[] = [];
    for (const key of Reflect.ownKeys(value)) {
      const at = below(path, String(key));
      let member: unknown;
      try {
        member = (value as Record<PropertyKey, unknown>)[key];
      } catch {
        this.#run.refuse(at, "an export that is not yet initialized", "Start the job when the module has been loaded.");
      }
      properties.push([this.#run.key(key), typeof key === "symbol" ? 0 : 3, this.#run.value(member, at)]);
    }
    return { type: "object", prototype: null, properties, isFixed: true };
  }

  #boxed(value: object, path: CapturePath): WireNode {
    for (const kind of [Number, String, Boolean, BigInt, Symbol]) {
      let primitive: unknown;
      try {
        primitive = (kind.prototype.valueOf as (this: object) => unknown).call(value);
      } catch {
        continue;
      }
      const base = `${kind.name}.prototype`;
      this.#chains.check(value, base, path);
      const skipped =
        kind === String ? new Set(["length", ...Array.from(String(primitive), (_, index) => String(index))]) : NO_KEYS;
      return { type: "boxed", value: this.#run.value(primitive, path), ...this.#own(value, base, path, skipped) };
    }
    return this.#run.refuse(path, "a boxed primitive of an unknown kind", FIXES.data);
  }

  #arrayBuffer(value: ArrayBuffer, own: WireOwn, path: CapturePath): WireNode {
    if ((value as { resizable?: boolean }).resizable === true)
      this.#run.refuse(path, "a resizable ArrayBuffer", FIXES.data);
    if (isDetached(value)) this.#run.refuse(path, "a detached ArrayBuffer", FIXES.data);
    return { type: "bytes", chunk: this.#chunk(new Uint8Array(value), path), ...own };
  }

  #chunk(bytes: Uint8Array, path: CapturePath): number {
    this.#run.addSize(bytes.byteLength, path);
    return this.#run.chunks.push(bytes.slice()) - 1;
  }

  #typedArray(value: Uint8Array, path: CapturePath): WireNode {
    const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;
    const name = getterOf(typedArray, Symbol.toStringTag).call(value) as string;
    const buffer = getterOf(typedArray, "buffer").call(value) as ArrayBuffer;
    const prototype = Object.getPrototypeOf(value) as object | null;
    const builtIn = prototype === null ? undefined : this.#run.tools.builtIns.pathOf(prototype);
    if (builtIn !== undefined && pathText(builtIn) === "Buffer.prototype" && Object.isExtensible(value)) {
      if (!this.#hasNamedKeys(value, path)) {
        return { type: "nodeBuffer", chunk: this.#chunk(new Uint8Array(buffer, value.byteOffset, value.length), path) };
      }
    }
    this.#chains.check(value, `${name}.prototype`, path);
    if ((buffer as { resizable?: boolean }).resizable === true)
      this.#run.refuse(path, "a view of a resizable ArrayBuffer", FIXES.data);
    const offset = getterOf(typedArray, "byteOffset").call(value) as number;
    const length = getterOf(typedArray, "length").call(value) as number;
    const wireBuffer = this.#run.value(buffer, below(path, "buffer"));
    return {
      type: "view",
      name,
      buffer: wireBuffer,
      offset,
      length,
      ...this.#ownBeyondIndexes(value, `${name}.prototype`, path),
    };
  }

  /** Long ones are asked in another way, since a list of a million keys takes long to make. */
  #hasNamedKeys(value: Uint8Array | unknown[], path: CapturePath): boolean {
    const numOwn = Array.isArray(value) ? 1 : 0;
    if (value.length <= LONG_LIST) return Reflect.ownKeys(value).length !== value.length + numOwn;
    if (this.#run.session.numNamedProperties(value) === numOwn) return false;
    return Array.isArray(value) || this.#run.refuse(path, "a long typed array with properties of its own", FIXES.data);
  }

  #ownBeyondIndexes(value: Uint8Array, base: string, path: CapturePath): WireOwn {
    const keys = this.#hasNamedKeys(value, path) ? Reflect.ownKeys(value).slice(value.length) : [];
    return this.#ownOf(value, keys, base, path);
  }

  #dataView(value: DataView, path: CapturePath): WireNode {
    this.#chains.check(value, PROTOTYPE_OF["data view"], path);
    const get = (name: string): unknown => getterOf(DataView.prototype, name).call(value);
    return {
      type: "view",
      name: "DataView",
      buffer: this.#run.value(get("buffer"), below(path, "buffer")),
      offset: get("byteOffset") as number,
      length: get("byteLength") as number,
      ...this.#own(value, PROTOTYPE_OF["data view"], path, NO_KEYS),
    };
  }

  #own(value: object, base: string | undefined, path: CapturePath, skipped: ReadonlySet<PropertyKey>): WireOwn {
    return this.#ownOf(
      value,
      Reflect.ownKeys(value).filter((key) => !skipped.has(key)),
      base,
      path,
    );
  }

  /** Takes prototype, own properties and whether new ones may be added. `base` is the prototype that needs no mention. */
  #ownOf(value: object, keys: readonly PropertyKey[], base: string | undefined, path: CapturePath): WireOwn {
    const prototype = Object.getPrototypeOf(value) as object | null;
    const builtIn = prototype === null ? undefined : this.#run.tools.builtIns.pathOf(prototype);
    const isBase = base !== undefined && builtIn !== undefined && pathText(builtIn) === base;
    const properties = keys.map((key) =>
      key === "stack" ? this.#stack(value, path) : this.#run.property(value, key, path),
    );
    this.#run.addSize(keys.length * PROPERTY_BYTES, path);
    return {
      ...(isBase ? {} : { prototype: this.#run.value(prototype, below(path, "[[Prototype]]")) }),
      ...(properties.length === 0 ? {} : { properties }),
      ...(Object.isExtensible(value) ? {} : { isFixed: true }),
    };
  }

  /** The stack of an error is a property of the engine's, in some versions an accessor. */
  #stack(value: object, path: CapturePath): WireProperty {
    const descriptor = Object.getOwnPropertyDescriptor(value, "stack")!;
    const isEngine = descriptor.get !== undefined && this.#run.session.inspect(descriptor.get) === undefined;
    if (!isEngine) return this.#run.property(value, "stack", path);
    const attributes = attributesOf(descriptor) + WRITABLE;
    return ["stack", attributes, this.#run.value(descriptor.get!.call(value), below(path, "stack"))];
  }
}

/** Some versions of the engine say so only when it is used. */
function isDetached(buffer: ArrayBuffer): boolean {
  try {
    return new Uint8Array(buffer).byteLength !== buffer.byteLength;
  } catch {
    return true;
  }
}

/** The engine makes one such array for each place in the code, and no program does. */
function isTemplateObject(value: unknown[]): boolean {
  const raw = Object.getOwnPropertyDescriptor(value, "raw");
  return raw?.enumerable === false && Array.isArray(raw.value) && Object.isFrozen(value) && Object.isFrozen(raw.value);
}

const PROPERTY_BYTES = 8;
/** From how many items on the inspector is faster than a list of keys. */
const LONG_LIST = 1_000;
const NO_KEYS: ReadonlySet<PropertyKey> = new Set();
const LENGTH: ReadonlySet<PropertyKey> = new Set(["length"]);

const REGULAR_EXPRESSION_FLAGS = [
  ["hasIndices", "d"],
  ["global", "g"],
  ["ignoreCase", "i"],
  ["multiline", "m"],
  ["dotAll", "s"],
  ["unicode", "u"],
  ["unicodeSets", "v"],
  ["sticky", "y"],
] as const;
