/**
 * Tells whether captured data are what they were, the copies in a worker or the program's own: a change in a worker would be lost, and most
 * likely means something else. What is compared are digests, so that nothing but the data themselves is held.
 *
 * A digest is a hash of 64 bits of an object's content: its kind's own (items, entries, bytes, time), then its own properties in their
 * order with attributes, accessors and symbol keys. Objects count by the number that they got when digests were taken, primitives by type and
 * content; long texts are kept instead, since the engine compares the same text in no time.
 */
import type { WireNode } from "../capture/wire.js";

/** Up to how many bytes are looked at without being asked. */
const USUAL_BYTES = 64 * 1024;
/** From this length on texts are kept instead of hashed. */
const LONG_TEXT = 256;
const SLOT_BYTES = 8;

/** Is an object, and by what kind of node it travels. */
export interface Captured {
  readonly value: object;
  readonly type: WireNode["type"];
}

interface Entry<C extends Captured> {
  readonly captured: C;
  readonly digest: Digest;
}

interface Digest {
  readonly first: number;
  readonly second: number;
  readonly texts: readonly string[];
}

/** Holds the digests of the objects of one graph. */
export class CaptureDigests<C extends Captured> {
  readonly #numbers = new Map<object | symbol, number>();
  readonly #entries: Entry<C>[] = [];
  #isTaken = false;

  /**
   * Takes the digests. They cover everything when `isComplete`, else objects until they come to 64 KiB; one that is too large for what
   * is left is passed over.
   */
  constructor(objects: Iterable<C>, isComplete: boolean) {
    let left = isComplete ? Number.POSITIVE_INFINITY : USUAL_BYTES;
    for (const captured of objects) {
      if (left <= 0) break;
      if (!COMPARED.has(captured.type)) continue;
      const cost = costOf(captured);
      if (cost > left) continue;
      left -= cost;
      this.#entries.push({ captured, digest: this.#digestOf(captured) });
    }
    this.#isTaken = true;
  }

  /** Numbers an object: those of the graph, and methods, which are made with their class. What is met later is new. */
  #numberOf(value: object | symbol): number {
    let number = this.#numbers.get(value);
    if (number === undefined && !this.#isTaken) {
      number = this.#numbers.size;
      this.#numbers.set(value, number);
    }
    return number ?? NONE;
  }

  /** Gives the first object that has changed. */
  changed(): C | undefined {
    return this.#entries.find(({ captured, digest }) => !isSame(digest, this.#digestOf(captured)))?.captured;
  }

  #digestOf({ value, type }: C): Digest {
    const digest = new DigestOf((each) => this.#numberOf(each));
    digest.addContent(value, type);
    const skipped = NOT_COMPARED[type];
    // Those of a Buffer are its bytes.
    const keys = type === "nodeBuffer" ? [] : Reflect.ownKeys(value);
    for (const key of keys) {
      if (skipped?.has(key) === true) continue;
      digest.add(key);
      digest.addDescriptor(Object.getOwnPropertyDescriptor(value, key)!);
    }
    digest.add(Object.isExtensible(value));
    return digest;
  }
}

/** What users' code can change. Views are compared by their buffers. */
const COMPARED: ReadonlySet<WireNode["type"]> = new Set([
  "object",
  "record",
  "list",
  "array",
  "map",
  "set",
  "date",
  "regexp",
  "error",
  "bytes",
  "nodeBuffer",
  "made",
  "function",
  "prototype",
]);

/** What is no data of the user's. */
const NOT_COMPARED: Partial<Record<WireNode["type"], ReadonlySet<PropertyKey>>> = {
  error: new Set(["stack"]),
  regexp: new Set(["lastIndex"]),
  function: new Set(["arguments", "caller"]),
};

function costOf({ value, type }: Captured): number {
  switch (type) {
    case "list":
    case "array":
      return (value as unknown[]).length * SLOT_BYTES;
    case "map":
      return (value as Map<unknown, unknown>).size * 2 * SLOT_BYTES;
    case "set":
      return (value as Set<unknown>).size * SLOT_BYTES;
    case "bytes":
      return (value as ArrayBuffer).byteLength;
    case "nodeBuffer":
      return (value as Uint8Array).byteLength;
    default:
      return Reflect.ownKeys(value).length * SLOT_BYTES;
  }
}

function isSame(left: Digest, right: Digest): boolean {
  if (left.first !== right.first || left.second !== right.second) return false;
  return left.texts.length === right.texts.length && left.texts.every((text, index) => text === right.texts[index]);
}

/** Makes one digest: FNV-1a over words, twice with other primes. */
class DigestOf implements Digest {
  first = 0x811c9dc5;
  second = 0x1000193;
  readonly texts: string[] = [];
  readonly #numberOf: (value: object | symbol) => number;

  constructor(numberOf: (value: object | symbol) => number) {
    this.#numberOf = numberOf;
  }

  addContent(value: object, type: WireNode["type"]): void {
    switch (type) {
      case "map":
        Map.prototype.forEach.call(value as Map<unknown, unknown>, (each, key) => {
          this.add(key);
          this.add(each);
        });
        return;
      case "set":
        Set.prototype.forEach.call(value as Set<unknown>, (each) => this.add(each));
        return;
      case "date":
        this.add(Date.prototype.getTime.call(value as Date));
        return;
      case "bytes":
        // One whose memory was handed on is empty, and cannot be looked into.
        this.#addBytes((value as ArrayBuffer).byteLength === 0 ? NO_BYTES : new Uint8Array(value as ArrayBuffer));
        return;
      case "nodeBuffer":
        this.#addBytes(value as Uint8Array);
        return;
      case "made":
        this.add(String(value));
        return;
      default:
    }
  }

  addDescriptor({ value, get, set, writable, enumerable, configurable }: PropertyDescriptor): void {
    this.#addWord((writable ? 1 : 0) + (enumerable ? 2 : 0) + (configurable ? 4 : 0) + (get || set ? 8 : 0));
    this.add(value);
    if (get !== undefined || set !== undefined) {
      this.add(get);
      this.add(set);
    }
  }

  add(value: unknown): void {
    switch (typeof value) {
      case "string":
        this.#addText(value);
        return;
      case "number":
        this.#addNumber(value);
        return;
      case "symbol":
        this.#addWord(this.#numberOf(value));
        return;
      case "object":
      case "function":
        this.#addWord(value === null ? NULL : this.#numberOf(value));
        return;
      default:
        this.#addText(`${typeof value} ${String(value)}`);
    }
  }

  #addNumber(value: number): void {
    NUMBER[0] = value;
    this.#addWord(WORDS[0]!);
    this.#addWord(WORDS[1]!);
  }

  #addText(text: string): void {
    this.#addWord(text.length);
    if (text.length >= LONG_TEXT) this.texts.push(text);
    else for (let index = 0; index < text.length; index++) this.#addWord(text.charCodeAt(index));
  }

  #addBytes(bytes: Uint8Array): void {
    this.#addWord(bytes.length);
    for (let index = 0; index < bytes.length; index++) this.#addWord(bytes[index]!);
  }

  #addWord(word: number): void {
    this.first = Math.imul(this.first ^ word, 0x01000193);
    this.second = Math.imul(this.second ^ word, 0x01000197) ^ (this.second >>> 15);
  }
}

const NO_BYTES = new Uint8Array(0);
const NONE = -1;
const NULL = -2;
const NUMBER = new Float64Array(1);
const WORDS = new Uint32Array(NUMBER.buffer);
