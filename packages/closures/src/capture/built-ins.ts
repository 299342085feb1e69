/**
 * Knows what belongs to the language and the host: each built-in object by a path that leads to it in every thread.
 *
 * The first step of a path is a global name, or a name in percent signs for what no global leads to. A further step is a key, `@@name`
 * for a well-known symbol, `get key` and `set key` for the functions of an accessor, `^` for the prototype.
 */

import { BuiltInPlaces, wellKnownSymbols } from "./built-in-places.js";
import { ReplacedBuiltIns } from "./replaced-built-ins.js";

/** Global names of ECMAScript. */
const LANGUAGE_NAMES =
  "AggregateError Array ArrayBuffer AsyncDisposableStack Atomics BigInt BigInt64Array BigUint64Array Boolean DataView Date DisposableStack " +
  "Error EvalError FinalizationRegistry Float16Array Float32Array Float64Array Function Infinity Int16Array Int32Array Int8Array Intl Iterator " +
  "JSON Map Math NaN Number Object Promise Proxy RangeError ReferenceError Reflect RegExp Set SharedArrayBuffer String SuppressedError " +
  "Symbol SyntaxError Temporal TypeError URIError Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet WebAssembly " +
  "decodeURI decodeURIComponent encodeURI encodeURIComponent escape eval globalThis isFinite isNaN parseFloat parseInt undefined unescape";

/** Global names of Node.js 20 to 26, many of them of the web. */
const HOST_NAMES =
  "AbortController AbortSignal Blob BroadcastChannel Buffer ByteLengthQueuingStrategy CloseEvent CompressionStream CountQueuingStrategy " +
  "Crypto CryptoKey CustomEvent DOMException DecompressionStream ErrorEvent Event EventSource EventTarget File FormData Headers MessageChannel " +
  "MessageEvent MessagePort Navigator Performance PerformanceEntry PerformanceMark PerformanceMeasure PerformanceObserver " +
  "PerformanceObserverEntryList PerformanceResourceTiming QuotaExceededError ReadableByteStreamController ReadableStream ReadableStreamBYOBReader " +
  "ReadableStreamBYOBRequest ReadableStreamDefaultController ReadableStreamDefaultReader Request Response Storage SubtleCrypto TextDecoder " +
  "TextDecoderStream TextEncoder TextEncoderStream TransformStream TransformStreamDefaultController URL URLPattern URLSearchParams WebSocket " +
  "WritableStream WritableStreamDefaultController WritableStreamDefaultWriter atob btoa clearImmediate clearInterval clearTimeout console crypto " +
  "fetch global localStorage navigator performance process queueMicrotask sessionStorage setImmediate setInterval setTimeout structuredClone";

/** Lists every global name that is not the program's: of the language, the web and Node.js. @internal */
export const BUILT_IN_GLOBALS: ReadonlySet<string> = new Set(`${LANGUAGE_NAMES} ${HOST_NAMES}`.split(" "));

const LANGUAGE_GLOBALS: ReadonlySet<string> = new Set(LANGUAGE_NAMES.split(" "));

/** Host globals that are there from the start; the others load what they give when they are looked at. */
const PRESENT_HOST_GLOBALS = (
  "AbortController AbortSignal Buffer Event EventTarget TextDecoder TextEncoder URL URLSearchParams clearTimeout console process " +
  "queueMicrotask setTimeout structuredClone"
).split(" ");

/** Those of them that are known by name only: their members differ from thread to thread. */
export const KNOWN_BY_NAME: ReadonlySet<string> = new Set(["console", "process"]);

/** What programs are meant to set, and their tools do. */
const ENGINE_HOOKS = new Set(["Error.prepareStackTrace", "Error.stackTraceLimit"]);

const HOOKS_OF_ERROR = [...ENGINE_HOOKS].map((path) => path.slice("Error.".length));

/** Accessors of the host whose values are there anyway. */
const READ_ACCESSORS = new Set(["Buffer", "process"]);

/** How far from a global a built-in may be: `Intl.Collator.prototype.compare`. */
const MAX_DEPTH = 5;

/** Gives what only syntax leads to. Both ends of the wire call it. */
export function hiddenIntrinsics(): Record<string, object> {
  const prototypeOf = (value: object): object => Object.getPrototypeOf(value) as object;
  const generator = prototypeOf(function* () {});
  const asyncGenerator = prototypeOf(async function* () {});
  return {
    "%AsyncFunction.prototype%": prototypeOf(async () => {}),
    "%GeneratorFunction.prototype%": generator,
    "%AsyncGeneratorFunction.prototype%": asyncGenerator,
    "%TypedArray%": prototypeOf(Uint8Array),
    "%ArrayIterator.prototype%": prototypeOf([][Symbol.iterator]()),
    "%StringIterator.prototype%": prototypeOf(""[Symbol.iterator]()),
    "%MapIterator.prototype%": prototypeOf(new Map().entries()),
    "%SetIterator.prototype%": prototypeOf(new Set().entries()),
    "%RegExpStringIterator.prototype%": prototypeOf("".matchAll(/a/g)),
    "%Iterator.prototype%": prototypeOf(prototypeOf([][Symbol.iterator]())),
    "%AsyncIterator.prototype%": prototypeOf((asyncGenerator as { prototype: object }).prototype),
  };
}

/** Holds the built-in objects of this thread and their paths. */
export class BuiltIns {
  readonly #paths = new Map<object, readonly string[]>();
  readonly #places = new BuiltInPlaces();
  readonly #symbols = wellKnownSymbols();

  /**
   * @param main - the global object of the host's own realm; test runners give programs another one, in which objects of both meet
   */
  constructor(main: object) {
    const queue: [object, readonly string[], isWalked: boolean][] = [];
    for (const name of [...LANGUAGE_GLOBALS, ...PRESENT_HOST_GLOBALS]) {
      const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
      const value = READ_ACCESSORS.has(name) && descriptor?.get ? descriptor.get.call(globalThis) : descriptor?.value;
      if (!isObject(value)) continue;
      const isWalked = !KNOWN_BY_NAME.has(name);
      if (name !== "globalThis") queue.push([value, [name], isWalked]);
      if (descriptor !== undefined && "value" in descriptor)
        this.#places.add({ holder: globalThis, path: [], key: name, part: "value", value });
    }
    for (const [name, value] of Object.entries(hiddenIntrinsics())) queue.push([value, [name], true]);
    this.#walkAll(queue);
    if (main !== globalThis) this.#walkAll(doubles(main));
    this.#paths.set(globalThis, ["globalThis"]);
  }

  #walkAll(queue: [object, readonly string[], boolean][]): void {
    for (let index = 0; index < queue.length; index++) {
      const [value, path, isWalked] = queue[index]!;
      if (this.#paths.has(value)) continue;
      if (ENGINE_HOOKS.has(path.join("."))) continue;
      if (typeof value === "function" && !isBuiltInCode(value) && LANGUAGE_GLOBALS.has(path[0] ?? "")) {
        const key = path.at(-1)!.replace(/^[gs]et /, "");
        this.#places.addForeign({ path: path.slice(0, -1), key: key.startsWith("@@") ? Symbol(key) : key });
        continue;
      }
      this.#paths.set(value, path);
      if (isWalked && path.length < MAX_DEPTH && hasParts(value)) this.#walk(value, path, queue);
    }
  }

  #walk(holder: object, path: readonly string[], queue: [object, readonly string[], boolean][]): void {
    const keys = Reflect.ownKeys(holder);
    const isOfLanguage = LANGUAGE_GLOBALS.has(path[0]!);
    const isError = path.length === 1 && path[0] === "Error";
    this.#places.addHolder({ object: holder, path, keys: isError ? [...keys, ...HOOKS_OF_ERROR] : keys });
    for (const key of keys) {
      const step = this.#stepOf(key);
      const descriptor = Object.getOwnPropertyDescriptor(holder, key);
      if (descriptor === undefined || (step !== undefined && ENGINE_HOOKS.has([...path, step].join(".")))) continue;
      if (isOfLanguage && isAssigned(descriptor)) {
        this.#places.addForeign({ path, key });
        continue;
      }
      if (step === undefined) continue;
      for (const part of ["value", "get", "set"] as const) {
        const value: unknown = descriptor[part];
        // What is unscopable is listed by name, and nobody asks for it.
        const isWalked = key !== Symbol.unscopables;
        if (isObject(value)) queue.push([value, [...path, part === "value" ? step : `${part} ${step}`], isWalked]);
        if (isObject(value) || (part === "value" && descriptor.writable === true))
          this.#places.add({ holder, path, key, part, value });
      }
    }
  }

  #stepOf(key: PropertyKey): string | undefined {
    if (typeof key !== "symbol") return String(key);
    const name = this.#symbols.get(key);
    return name === undefined ? undefined : `@@${name}`;
  }

  /** Gives the path of a built-in object, or undefined for any other. */
  pathOf(value: object): readonly string[] | undefined {
    return this.#paths.get(value);
  }

  /** Looks for a class or function of the host among the globals that are accessors. */
  lazyPathOf(value: object): readonly string[] | undefined {
    const name: unknown = Object.getOwnPropertyDescriptor(value, "name")?.value;
    if (typeof name !== "string" || !BUILT_IN_GLOBALS.has(name)) return undefined;
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
    const now: unknown = descriptor?.get === undefined ? descriptor?.value : descriptor.get.call(globalThis);
    return now === value ? [name] : undefined;
  }

  /** Gives the name of a well-known symbol. */
  wellKnown(symbol: symbol): string | undefined {
    return this.#symbols.get(symbol);
  }

  /** Gives what tells built-ins that the program replaced, deleted or added, as they are now. */
  replaced(): ReplacedBuiltIns {
    return new ReplacedBuiltIns(this.#places);
  }
}

/** Lists the built-ins of the other realm, and those of this one that the test runner has put others in the place of. */
function doubles(main: object): [object, readonly string[], boolean][] {
  const found: [object, readonly string[], boolean][] = [];
  for (const name of [...LANGUAGE_GLOBALS, ...PRESENT_HOST_GLOBALS]) {
    const value: unknown = Object.getOwnPropertyDescriptor(main, name)?.value;
    if (isObject(value) && name !== "globalThis") found.push([value, [name], !KNOWN_BY_NAME.has(name)]);
  }
  const buffer = Object.getPrototypeOf(new Float64Array(0).buffer) as object;
  found.push([buffer, ["ArrayBuffer", "prototype"], true], [buffer.constructor, ["ArrayBuffer"], true]);
  return found;
}

/** Follows a path; both ends of the wire agree on what it means. */
export function followPath(path: readonly string[]): object | undefined {
  const [root = "", ...steps] = path;
  let value: unknown = root.startsWith("%")
    ? hiddenIntrinsics()[root]
    : (globalThis as unknown as Record<string, unknown>)[root];
  for (const step of steps) {
    if (!isObject(value)) return undefined;
    if (step === "^") {
      value = Object.getPrototypeOf(value);
      continue;
    }
    const [, accessor, name = ""] = /^(?:(get|set) )?(.*)$/s.exec(step)!;
    const key = name.startsWith("@@") ? (Symbol as unknown as Record<string, symbol>)[name.slice(2)]! : name;
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    value = accessor === "get" ? descriptor?.get : accessor === "set" ? descriptor?.set : descriptor?.value;
  }
  return isObject(value) ? value : undefined;
}

/** Gives a path as people write it. */
export function pathText(path: readonly string[]): string {
  return path.join(".").replaceAll("%", "");
}

export function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** Methods have nothing but a name and a length; there are thousands, and a capture waits for the table. */
function hasParts(value: object): boolean {
  return typeof value !== "function" || Object.hasOwn(value, "prototype") || Reflect.ownKeys(value).length > 2;
}

/** Tells a property that the program has put on an object of the language: its own cannot be listed, but for functions of WebAssembly. */
function isAssigned({ enumerable, value, get }: PropertyDescriptor): boolean {
  if (enumerable !== true || get !== undefined) return false;
  return typeof value !== "function" || !isBuiltInCode(value);
}

export function isBuiltInCode(value: object): boolean {
  return Function.prototype.toString.call(value).endsWith("{ [native code] }");
}
