import type { Plan } from "@millrace/common-api";
import type { Engine } from "@millrace/core";
import { ExecutionEnvironment } from "@millrace/dataset";
import { collectionEngine } from "@millrace/environment-collection";
import { TestHost } from "@millrace/host-test";
import { type Amount, bagOf, items, type OperatorProgram } from "./programs/operator-program.js";

/** Runs a program on an engine, and returns the bag of its results. */
export async function runProgram(
  program: OperatorProgram,
  engine: Engine<Plan>,
  amount: Amount,
  options: { readonly parallelism?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<string[]> {
  const { parallelism = 1, signal } = options;
  const { environment, isWritten } = program;
  // Checking records costs as much as running: it has tests of its own.
  const env = ExecutionEnvironment.onEngine(engine, { ...environment, parallelism, checkRecords: false });
  const left = env.fromCollection(items(amount));
  const right = env.fromCollection(items(amount, 13));
  const results = program.build(left, right, env);
  const running = signal === undefined ? {} : { signal };
  if (isWritten !== true) return bagOf(await results.collect(running));
  const written: unknown[] = [];
  results.output({ write: (record) => void written.push(record) });
  await env.execute("written", running);
  return bagOf(written);
}

/** Returns the plan that a program makes. */
export async function planOf(program: OperatorProgram): Promise<Plan> {
  let plan: Plan | undefined;
  const reader: Engine<Plan> = {
    ...collectionEngine(new TestHost()),
    start(given) {
      plan = given;
      throw new Error("only the plan is asked for");
    },
  };
  await runProgram(program, reader, { numRecords: 1, numKeys: 1, textLength: 0 }).catch(() => undefined);
  if (plan === undefined) throw new Error(`${program.name} does not come to its plan`);
  return plan;
}

const expected = new Map<string, Promise<string[]>>();

/** Returns what the collection environment gives. */
export function expectedBag(program: OperatorProgram, amount: Amount): Promise<string[]> {
  const key = `${program.name} ${JSON.stringify(amount)}`;
  const bag = expected.get(key) ?? runProgram(program, collectionEngine(new TestHost()), amount);
  expected.set(key, bag);
  return bag;
}
