import type { EnvironmentOptions } from "@millrace/core";
import type { DataSet, ExecutionEnvironment } from "@millrace/dataset";

/** Is what all programs read; each goes on where records lack fields, and where they have more. */
export interface Item {
  readonly id: number;
  readonly key: number;
  readonly value: number;
  readonly text: string;
}

/** Says how much a program reads, and how it is distributed. */
export interface Amount {
  readonly numRecords: number;
  readonly numKeys: number;
  /** Length of the text of each record. */
  readonly textLength: number;
}

/** Makes records in an order that is none, the same every time. */
export function items({ numRecords, numKeys, textLength }: Amount, salt = 0): Item[] {
  const padding = "padding ".repeat(Math.ceil(textLength / 8));
  return Array.from({ length: numRecords }, (_, i) => {
    const id = (i * 7919 + salt) % numRecords;
    return { id, key: (id * 31 + salt) % numKeys, value: (id * 17) % 1000, text: padding.slice(0, textLength) };
  });
}

/** Makes the data set whose records are the results of a program. */
export type Build = (left: DataSet<Item>, right: DataSet<Item>, env: ExecutionEnvironment) => DataSet<unknown>;

/** Says what a program does, and where its results depend on how it is run. */
export interface OperatorProgram {
  readonly name: string;
  readonly build: Build;
  /** Whether it needs so many results that it reads few records. */
  readonly isSmall?: boolean;
  /** What its environment is set to. */
  readonly environment?: EnvironmentOptions;
  /** Whether its results are given to a sink; they are collected otherwise. */
  readonly isWritten?: boolean;
}

/** Adds up what can be added, in any order. */
export function together(a: Item, b: Item): Item {
  return { id: Math.min(a.id, b.id), key: a.key, value: a.value + b.value, text: a.text };
}

/** Names a record that may be missing, or may lack fields. */
export function short(item: Item | null): readonly (number | null)[] {
  return [item?.id ?? null, item?.key ?? null];
}

/** Names a record, which may lack fields, and tells whether it has all of its text. */
export function idAndLength({ id, text }: Partial<Item>): readonly [number | null, number] {
  return [id ?? null, text?.length ?? 0];
}

/** Counts what is given once. */
export function numberOf(values: Iterable<unknown>): number {
  let count = 0;
  for (const _ of values) count++;
  return count;
}

/** Returns the texts of records, in an order of their own, so that bags can be compared. */
export function bagOf(records: readonly unknown[]): string[] {
  return records.map((record) => JSON.stringify(record)).sort();
}
