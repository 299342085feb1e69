import { tableHashOfBytes } from "../hash/index.js";
import { KeyBytes } from "../keys/key-bytes.js";
import { type LayoutIdWords, PAGE_FORMAT_VERSION } from "../memory/index.js";
import type { AnyType, CustomType, TypeInformation } from "../types/type-information.js";
import { type TypeJson, typeFromJson, typeToJson } from "../types/type-json.js";
import { type StructLayout, structOf } from "./struct-layout.js";

/**
 * Is how records of one type lie in memory. It is data, the same in every process: its id is a hash of its descriptor,
 * and a page says by id which layout its records have.
 * @public
 */
export class RowLayout<T = unknown> {
  /** The type of the records. */
  readonly type: TypeInformation<T>;
  /** The 64-bit hash of the descriptor. Equal ids are equal layouts. */
  readonly idWords: LayoutIdWords;
  /** The id as 16 hex digits. */
  readonly id: string;

  private constructor(type: TypeInformation<T>) {
    this.type = type;
    this.idWords = hashOf(JSON.stringify(typeToJson(type)));
    this.id = hexOf(this.idWords.high) + hexOf(this.idWords.low);
  }

  /** Returns the layout of records of `type`. */
  static of<T>(type: TypeInformation<T>): RowLayout<T> {
    return new RowLayout(type);
  }

  /** Returns the layout of a descriptor that `toJSON` gave; throws UNSUPPORTED_TYPE for anything else. */
  static fromJson(descriptor: unknown, customs: readonly CustomType[] = []): RowLayout {
    return new RowLayout(typeFromJson(descriptor, customs));
  }

  /** Returns the descriptor: the JSON form of the type. */
  toJSON(): TypeJson {
    return typeToJson(this.type);
  }

  /** Returns id and type, for plans and messages. */
  toString(): string {
    return `${this.id} ${String(this.type)}`;
  }
}

const structs = new WeakMap<RowLayout, StructLayout>();

/** Returns the slots of the records of `layout`. They are no part of the package's interface. */
export function structOfLayout(layout: RowLayout): StructLayout {
  let struct = structs.get(layout);
  if (struct === undefined) {
    struct = structOf(layout.type as unknown as AnyType);
    structs.set(layout, struct);
  }
  return struct;
}

/** The seeds of the two halves of a layout's id. They are no secret, only fixed and different. */
const LOW_SEED = { low: PAGE_FORMAT_VERSION, high: 0 };
const HIGH_SEED = { low: PAGE_FORMAT_VERSION, high: 1 };

function hashOf(descriptor: string): LayoutIdWords {
  const bytes = new KeyBytes();
  bytes.text(descriptor);
  return {
    low: tableHashOfBytes(bytes.bytes, bytes.length, LOW_SEED) | 0,
    high: tableHashOfBytes(bytes.bytes, bytes.length, HIGH_SEED) | 0,
  };
}

function hexOf(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
