/**
 * The keys of rows as hash tables need them: hash, null or not, equal or not; for rows of any layouts that meet. They agree across layouts,
 * since they are defined on values.
 *
 * Two cases are beyond a layout's own keys. A layout of undeclared records may lack a field of the key, which is null then. And the key
 * `*` is the whole record: its hash is put together from those of its top-level fields that are not null, by name, so that it does
 * not matter which layout has which fields and whether a list is a tuple there.
 */
import {
  type AnyType,
  canonicalKeyBytes,
  compareValues,
  fieldPathText,
  flatFields,
  type KeyField,
  type Memory,
  parseFieldPath,
  type RowCompare,
  RowKeys,
  RowPairComparator,
  type RowTableHash,
  resolveField,
  resolveFieldIfAny,
  type TableHashSeed,
  tableHashOfBytes,
} from "@millrace/core";
import type { KeyFieldSpec } from "@millrace/job-graph";
import type { StreamLayout } from "../rows/stream-layout.js";
import type { KeyedValueRows } from "./keyed-value-rows.js";

/** Tells something of the row at a slot of a memory. @internal */
export type RowTest = (memory: Memory, slot: number) => boolean;

/** Is what hash tables ask about rows of one layout. @internal */
export interface LayoutHashKeys {
  /** Returns the table hash of a row's key. */
  readonly hash: RowTableHash;
  /** Tells whether a part of a row's key is null, so that it matches nothing; undefined when none can be. */
  readonly hasNull: RowTest | undefined;
}

const WHOLE_RECORD = "*";

/** Hashes keys of rows; code is made per layout, on first use. @internal */
export class HashKeys {
  /** The fields of the key. */
  readonly keys: readonly KeyFieldSpec[];
  readonly #keyed: KeyedValueRows | undefined;
  readonly #byLayout: (LayoutHashKeys | undefined)[] = [];

  /** @param keyed - rows that carry their key elsewhere */
  constructor(keys: readonly KeyFieldSpec[], keyed?: KeyedValueRows) {
    this.keys = keys;
    this.#keyed = keyed;
  }

  /** Returns what is to be known about rows of `layout`. */
  of(layout: StreamLayout): LayoutHashKeys {
    return this.#byLayout[layout.index] ?? this.#add(layout);
  }

  #add(layout: StreamLayout): LayoutHashKeys {
    const isKeyed = this.#keyed?.has(layout) === true;
    const keys = isKeyed ? this.#keyed!.keys : this.keys;
    const isWhole = this.keys.length === 1 && this.keys[0]!.path === WHOLE_RECORD;
    const hash = isKeyed && isWhole ? hashOfWholeValueAt(layout, keys[0]!.path) : hashOf(layout, keys);
    const made: LayoutHashKeys = { hash, hasNull: nullTestOf(layout, keys) };
    this.#byLayout[layout.index] = made;
    return made;
  }
}

/** Compares keys of rows of two sides: in the order of values, ascending; for equality mostly. @internal */
export class KeyEquality {
  readonly #keysA: readonly KeyFieldSpec[];
  readonly #keysB: readonly KeyFieldSpec[];
  readonly #keyed: KeyedValueRows | undefined;
  readonly #byLayouts: (RowCompare | undefined)[][] = [];

  /** @param keyed - rows that carry their key elsewhere */
  constructor(keysA: readonly KeyFieldSpec[], keysB: readonly KeyFieldSpec[], keyed?: KeyedValueRows) {
    this.#keysA = keysA;
    this.#keysB = keysB;
    this.#keyed = keyed;
  }

  /** Returns what gives 0 for rows of these layouts with equal keys. */
  of(a: StreamLayout, b: StreamLayout): RowCompare {
    return this.#byLayouts[a.index]?.[b.index] ?? this.#add(a, b);
  }

  #add(a: StreamLayout, b: StreamLayout): RowCompare {
    const keysA = this.#keyed?.has(a) === true ? this.#keyed.keys : this.#keysA;
    const keysB = this.#keyed?.has(b) === true ? this.#keyed.keys : this.#keysB;
    const compare = equalityOf(a, keysA, b, keysB);
    const row = this.#byLayouts[a.index] ?? [];
    row[b.index] = compare;
    this.#byLayouts[a.index] = row;
    return compare;
  }
}

/** Returns the seed of tables at a depth of recursion: keys that met in one partition are spread anew by it. @internal */
export function seedAtLevel(seed: TableHashSeed, level: number): TableHashSeed {
  return { low: seed.low ^ Math.imul(level, 0x9e3779b1), high: (seed.high + Math.imul(level, 0x85ebca6b)) | 0 };
}

function isStruct(layout: StreamLayout): boolean {
  const { kind } = layout.layout.type as AnyType;
  return kind === "row" || kind === "tuple";
}

function hasField(layout: StreamLayout, path: string): boolean {
  return resolveFieldIfAny(layout.layout.type, parseFieldPath(path)) !== undefined;
}

function hashOf(layout: StreamLayout, keys: readonly KeyFieldSpec[]): RowTableHash {
  if (keys.length === 1 && keys[0]!.path === WHOLE_RECORD) return wholeRecordHash(layout);
  if (keys.every(({ path }) => hasField(layout, path))) return new RowKeys(layout.layout, ascending(keys)).tableHash;
  return hashWithMissingFields(layout, keys);
}

function ascending(keys: readonly KeyFieldSpec[]): KeyField[] {
  return keys.map(({ path }) => ({ path }));
}

const NULL_KEY_BYTES = canonicalKeyBytes(null);

function hashWithMissingFields(layout: StreamLayout, keys: readonly KeyFieldSpec[]): RowTableHash {
  const parts = keys.map(({ path }) => (hasField(layout, path) ? new RowKeys(layout.layout, [{ path }]) : undefined));
  return (memory, slot, seed) => {
    const bytes = parts.flatMap((part) => [...(part?.keyBytes(memory, slot) ?? NULL_KEY_BYTES)]);
    return tableHashOfBytes(Uint8Array.from(bytes), bytes.length, seed);
  };
}

function wholeRecordHash(layout: StreamLayout): RowTableHash {
  if (!isStruct(layout)) return valueHash(layout);
  const fields = namesOf(layout.layout.type as AnyType).map((name) => ({
    nameHash: hashOfName(name),
    hash: new RowKeys(layout.layout, [{ path: fieldPathText([name]) }]).tableHash,
  }));
  return (memory, slot, seed) => {
    const ofNull = hashOfNull(seed);
    let sum = 0;
    for (const { nameHash, hash } of fields) {
      const ofField = hash(memory, slot, seed);
      if (ofField !== ofNull) sum = (sum + mix(ofField ^ nameHash)) | 0;
    }
    return mix(sum ^ ofNull) >>> 0;
  };
}

/** Hashes records that are no rows or tuples in their layout; lists and `any` may be equal to such as are. */
function valueHash(layout: StreamLayout): RowTableHash {
  const { kind } = layout.layout.type as AnyType;
  if (kind !== "any" && kind !== "array") return new RowKeys(layout.layout, [{ path: WHOLE_RECORD }]).tableHash;
  return hashOfWholeValueAt(layout, WHOLE_RECORD);
}

/** Hashes the value at `path` as if it were a record whose key is all of it. */
function hashOfWholeValueAt(layout: StreamLayout, path: string): RowTableHash {
  const read = valueReader(layout, path);
  return (memory, slot, seed) => {
    const value = read(memory, slot);
    if (!isPlainObject(value)) return hashOfValue(value, seed);
    const ofNull = hashOfNull(seed);
    let sum = 0;
    for (const [name, field] of Object.entries(value)) {
      const ofField = hashOfValue(field, seed);
      if (ofField !== ofNull) sum = (sum + mix(ofField ^ hashOfName(name))) | 0;
    }
    return mix(sum ^ ofNull) >>> 0;
  };
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function namesOf(type: AnyType): string[] {
  if (type.kind === "row") return type.fields.map(({ name }) => name);
  return type.kind === "tuple" ? type.elements.map((_, i) => String(i)) : [];
}

function hashOfValue(value: unknown, seed: TableHashSeed): number {
  const bytes = canonicalKeyBytes(value);
  return tableHashOfBytes(bytes, bytes.length, seed);
}

function hashOfNull(seed: TableHashSeed): number {
  return tableHashOfBytes(NULL_KEY_BYTES, NULL_KEY_BYTES.length, seed);
}

function hashOfName(name: string): number {
  return hashOfValue(name, { low: 0, high: 0 }) | 0;
}

function mix(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function nullTestOf(layout: StreamLayout, keys: readonly KeyFieldSpec[]): RowTest | undefined {
  if (keys.some(({ path }) => !hasField(layout, path))) return () => true;
  const tests = keys.flatMap(({ path }) => nullTestOfField(layout, path, keys.length === 1));
  if (tests.length < 2) return tests[0];
  return (memory, slot) => tests.some((test) => test(memory, slot));
}

/** Kinds whose normalized key begins with a byte that tells null from all values. */
const KINDS_WITH_NULL_BYTE = ["boolean", "int32", "int64", "float64", "timestamp", "enum", "string", "bytes"];

/** Returns the test for one part. The parts of a key that is one tuple are its elements. */
function nullTestOfField(layout: StreamLayout, path: string, isOnly: boolean): RowTest[] {
  const { type, isNullable } = resolveField(layout.layout.type, parseFieldPath(path));
  const { kind } = type as AnyType;
  const mayBeTuple = isOnly && ["tuple", "array", "any"].includes(kind);
  if (!isNullable && !mayBeTuple && kind !== "any") return [];
  if (!KINDS_WITH_NULL_BYTE.includes(kind) || leadsIntoValue(layout, path)) {
    const read = path === WHOLE_RECORD ? layout.serializer.read : layout.serializer.fieldReader(path);
    return [(memory, slot) => hasNullPart(read(memory, slot), isOnly)];
  }
  const keys = new RowKeys(layout.layout, [{ path }]);
  const first = new Uint8Array(1);
  return [
    (memory, slot) => {
      keys.writeNormalizedKey(memory, slot, first, 0, 1);
      return first[0] === 0;
    },
  ];
}

/** Tells whether a path goes on inside of a value, such as an array, whose parts have no slots and no normalized keys. */
function leadsIntoValue(layout: StreamLayout, path: string): boolean {
  const { segments } = parseFieldPath(path);
  return segments.slice(0, -1).some((_, index) => {
    const above = resolveField(layout.layout.type, parseFieldPath(fieldPathText(segments.slice(0, index + 1))));
    return !["row", "tuple"].includes((above.type as AnyType).kind);
  });
}

function hasNullPart(key: unknown, isOnly: boolean): boolean {
  if (key === null || key === undefined) return true;
  return isOnly && Array.isArray(key) && key.some((part) => part === null || part === undefined);
}

function equalityOf(
  a: StreamLayout,
  keysA: readonly KeyFieldSpec[],
  b: StreamLayout,
  keysB: readonly KeyFieldSpec[],
): RowCompare {
  const isWhole = keysA.length === 1 && (keysA[0]!.path === WHOLE_RECORD || keysB[0]!.path === WHOLE_RECORD);
  if (isWhole) return wholeRecordEquality(a, keysA[0]!.path, b, keysB[0]!.path);
  const areThere = keysA.every(({ path }) => hasField(a, path)) && keysB.every(({ path }) => hasField(b, path));
  if (areThere) return new RowPairComparator(a.layout, ascending(keysA), b.layout, ascending(keysB)).compare;
  const readersA = keysA.map(({ path }) => valueReader(a, path));
  const readersB = keysB.map(({ path }) => valueReader(b, path));
  return (memoryA, slotA, memoryB, slotB) => {
    for (let i = 0; i < readersA.length; i++) {
      const order = compareValues(readersA[i]!(memoryA, slotA), readersB[i]!(memoryB, slotB));
      if (order !== 0) return order;
    }
    return 0;
  };
}

function wholeRecordEquality(a: StreamLayout, pathA: string, b: StreamLayout, pathB: string): RowCompare {
  if (pathA === pathB && a.index === b.index && isStruct(a)) {
    const fields = flatFields(a.layout.type, parseFieldPath(WHOLE_RECORD));
    const keys = fields.map(({ segments }) => ({ path: fieldPathText(segments) }));
    if (keys.length === 0) return () => 0;
    return new RowPairComparator(a.layout, keys, b.layout, keys).compare;
  }
  const readA = valueReader(a, pathA);
  const readB = valueReader(b, pathB);
  return (memoryA, slotA, memoryB, slotB) => compareValues(readA(memoryA, slotA), readB(memoryB, slotB));
}

function valueReader(layout: StreamLayout, path: string): (memory: Memory, slot: number) => unknown {
  if (path === WHOLE_RECORD) return layout.serializer.read;
  if (!hasField(layout, path)) return () => null;
  const read = layout.serializer.fieldReader(path);
  return (memory, slot) => read(memory, slot) ?? null;
}
