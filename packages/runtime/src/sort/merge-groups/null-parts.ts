import { type AnyType, type Memory, parseFieldPath, type ResolvedField, resolveFieldIfAny } from "@millrace/core";
import type { KeyFieldSpec } from "@millrace/job-graph";
import type { StreamLayout } from "../../rows/stream-layout.js";

type RowTest = (memory: Memory, slot: number) => boolean;

/** Tells which rows match nothing in a join, because a part of their key is null. */
export class NullParts {
  readonly #keys: readonly KeyFieldSpec[];
  /** By the index of the layout. */
  readonly #tests: RowTest[] = [];

  constructor(keys: readonly KeyFieldSpec[]) {
    this.#keys = keys;
  }

  /** Whether a part of the row's key is null. The elements of a key that is one tuple are its parts. */
  areIn(memory: Memory, slot: number, layout: StreamLayout): boolean {
    let test = this.#tests[layout.index];
    if (test === undefined) {
      test = testOf(layout, this.#keys);
      this.#tests[layout.index] = test;
    }
    return test(memory, slot);
  }
}

function testOf(layout: StreamLayout, keys: readonly KeyFieldSpec[]): RowTest {
  const readers: ((memory: Memory, slot: number) => unknown)[] = [];
  const isOnly = keys.length === 1;
  for (const { path } of keys) {
    const field = fieldOf(layout, path);
    if (field === undefined) return () => true;
    const mayHoldParts = isOnly && ["tuple", "array", "any"].includes((field.type as AnyType).kind);
    if (!field.isNullable && !mayHoldParts && (field.type as AnyType).kind !== "any") continue;
    readers.push(path === "*" ? layout.serializer.read : layout.serializer.fieldReader(path));
  }
  if (readers.length === 0) return () => false;
  return (memory, slot) => readers.some((read) => isNullPart(read(memory, slot), isOnly));
}

function isNullPart(value: unknown, isOnly: boolean): boolean {
  if (value === null || value === undefined) return true;
  return isOnly && Array.isArray(value) && value.some((part) => part === null || part === undefined);
}

function fieldOf(layout: StreamLayout, path: string): ResolvedField | undefined {
  return resolveFieldIfAny(layout.layout.type, parseFieldPath(path));
}
