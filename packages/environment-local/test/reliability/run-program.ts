import type { Plan } from "@millrace/common-api";
import type { Engine } from "@millrace/core";
import { ExecutionEnvironment } from "@millrace/dataset";
import { collectionEngine } from "@millrace/environment-collection";
import { TestHost } from "@millrace/host-test";
import { type Amount, bagOf, items, type OperatorProgram } from "./operators.js";

/** Runs a program on an engine, and returns the bag of its results. */
export async function runProgram(
  program: OperatorProgram,
  engine: Engine<Plan>,
  amount: Amount,
  options: { readonly parallelism?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<string[]> {
  const { parallelism = 1, signal } = options;
  const { environment } = program;
  // Checking records costs as much as running: it has tests of its own.
  const env = ExecutionEnvironment.onEngine(engine, { ...environment, parallelism, checkRecords: false });
  const left = env.fromCollection(items(amount));
  const right = env.fromCollection(items(amount, 13));
  return bagOf(await program.build(left, right, env).collect(signal === undefined ? {} : { signal }));
}

const expected = new Map<string, Promise<string[]>>();

/** Returns what the collection environment gives. */
export function expectedBag(program: OperatorProgram, amount: Amount): Promise<string[]> {
  const key = `${program.name} ${JSON.stringify(amount)}`;
  const bag = expected.get(key) ?? runProgram(program, collectionEngine(new TestHost()), amount);
  expected.set(key, bag);
  return bag;
}
