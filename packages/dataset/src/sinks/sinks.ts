import { SinkOperator } from "@millrace/common-api";
import type { Sink, WriteMode } from "@millrace/core";
import type { Data } from "../data/data.js";
import { nodeOf } from "../data/node-state.js";
import { describe, OperatorCall } from "../operators/operator-call.js";
import { DataSink } from "./data-sink.js";

/**
 * Is the simplest sink: an object whose `write` gets each record. A returned promise holds back the next one. With a
 * parallelism above 1 it is called from all subtasks.
 * @public
 */
export interface RecordConsumer<in T> {
  /** Takes one record. */
  readonly write: (record: T) => void | Promise<void>;
  /** Called when a subtask has written its last record; not after a failure. */
  readonly close?: () => void | Promise<void>;
}

/** Registers a sink with the environment of a data set. @internal */
export function addSink<T>(data: Data<unknown>, given: unknown): DataSink<T> {
  const { operator: input, environment } = nodeOf(data);
  const call = new OperatorCall("Sink");
  const operator = new SinkOperator(input, sinkOf(given, call), call);
  environment.sinks.push(operator);
  return new DataSink<T>(operator);
}

/** Is what all file sinks have for options. */
interface FileOptions {
  readonly writeMode?: WriteMode | undefined;
  readonly alwaysCreateDirectory?: boolean | undefined;
}

/** Registers a file sink; what its options leave open is as the environment's say. @internal */
export function addFileSink<T, O extends FileOptions = FileOptions>(
  data: Data<unknown>,
  path: string,
  options: O,
  make: (options: O) => Sink<T>,
): DataSink<T> {
  const { operator: input, environment } = nodeOf(data);
  const call = new OperatorCall("Sink");
  call.requirePaths(path);
  const { overwriteFiles = false, alwaysCreateDirectory = false } = environment.options;
  const settings: O = {
    ...options,
    writeMode: options.writeMode ?? (overwriteFiles ? "overwrite" : "no-overwrite"),
    alwaysCreateDirectory: options.alwaysCreateDirectory ?? alwaysCreateDirectory,
  };
  const sink = call.check(() => make(settings));
  const operator = new SinkOperator(input, sink as Sink<unknown>, call.named(sink.name));
  environment.sinks.push(operator);
  return new DataSink<T>(operator);
}

function sinkOf(given: unknown, call: OperatorCall): Sink<unknown> {
  if (typeof given === "object" && given !== null) {
    if ("openWriter" in given && typeof given.openWriter === "function") return given as Sink<unknown>;
    if ("write" in given && typeof given.write === "function")
      return writerSink(given as RecordConsumer<unknown>, call.name);
  }
  throw call.error({
    code: "INVALID_ARGUMENT",
    what: `The sink is ${describe(given)}`,
    expected: "an object with a method openWriter or write",
    fix: "To call a function with every record, write output({ write: (record) => … }).",
  });
}

function writerSink(writer: RecordConsumer<unknown>, name: string): Sink<unknown> {
  return {
    name,
    openWriter: async () => ({
      write: (record) => writer.write(record),
      close: async () => writer.close?.(),
      abort: async () => undefined,
    }),
  };
}
