import {
  type AnyType,
  fieldPathText,
  type Memory,
  parseFieldPath,
  RowKeys,
  resolveField,
  resolveFieldIfAny,
} from "@millrace/core";
import type { KeyFieldSpec } from "@millrace/job-graph";
import type { StreamLayout } from "../rows/stream-layout.js";

/** Tells something of the row at a slot of a memory. @internal */
export type RowTest = (memory: Memory, slot: number) => boolean;

/**
 * Returns the test of whether a part of a row's key is null, so that the row matches nothing; undefined when no part can be. A part that the
 * layout lacks is null in all of its rows.
 * @internal
 */
export function nullTestOf(layout: StreamLayout, keys: readonly KeyFieldSpec[]): RowTest | undefined {
  if (keys.some(({ path }) => resolveFieldIfAny(layout.layout.type, parseFieldPath(path)) === undefined))
    return () => true;
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
    const read = path === "*" ? layout.serializer.read : layout.serializer.fieldReader(path);
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
