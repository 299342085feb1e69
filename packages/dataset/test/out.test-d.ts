import type { Collector, RuntimeContext } from "@millrace/core";
import type { DataSet } from "@millrace/dataset";
import { expectTypeOf } from "vitest";

declare const lines: DataSet<string>;

// A function that names `out` only to reach the context needs no annotation.
expectTypeOf(
  lines.mapPartition(function* (_values, _out, context) {
    yield context.subtaskIndex;
  }),
).toExtend<DataSet<number>>();
expectTypeOf(lines.flatMap((line, _out, context) => [[line, context.subtaskIndex]])).toExtend<
  DataSet<[string, number]>
>();
expectTypeOf(lines.flatMap((line, _out: unknown) => [line.length])).toExtend<DataSet<number>>();

// What it writes is taken from the annotation, what it returns from the results.
expectTypeOf(
  lines.flatMap((line, out: Collector<{ line: string }>) => {
    out.collect({ line });
  }),
).toExtend<DataSet<{ line: string }>>();
expectTypeOf(
  lines.flatMap((line, out: Collector<number>) => {
    out.collect(line.length);
    return [line];
  }),
).toExtend<DataSet<string | number>>();

// The expected type of the result does not decide what the function writes.
export function places(data: DataSet<string>): DataSet<{ line: string; subtask: number }> {
  return data.mapPartition(function* (values, _out: unknown, context: RuntimeContext) {
    for (const line of values) yield { line, subtask: context.subtaskIndex };
  });
}

// User generics work.
export function twice<T extends { id: number }>(data: DataSet<T>): DataSet<T> {
  return data.flatMap((record) => [record, record]);
}
export function written<T extends { id: number }>(data: DataSet<T>): DataSet<T> {
  return data.flatMap((record, out: Collector<T>) => out.collect(record));
}

// Writing without an annotation, returning a string and returning a promise are errors.
lines.flatMap((line, out) => {
  // @ts-expect-error — 'q' does not exist in type 'DeclareTheElementType'
  out.collect({ q: line });
});
// @ts-expect-error — a string is no iterable of records
lines.flatMap((line) => line);
// @ts-expect-error — a promise is no iterable
lines.flatMap(async (line) => [line]);
