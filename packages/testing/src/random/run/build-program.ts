/** Turns a plan into a program of the fluent API, and runs it. */
import type { DataSet, ExecutionEnvironment } from "@millrace/dataset";
import type { Argument, Call, PlanNode, PlanSink, PlanSpec } from "../plan-spec.js";

/** Is what came out of a plan: per sink its records in the order in which they came, and the accumulators of its jobs. @internal */
export interface PlanOutcome {
  /** Parallel to the sinks; the one record of a count is the number. */
  readonly results: readonly (readonly unknown[])[];
  /** By name, over all jobs of sinks in which nothing is cut short. */
  readonly accumulators: ReadonlyMap<string, unknown>;
}

/** Runs every sink of a plan as a job of `env`, one after the other. @internal */
export async function runPlan(plan: PlanSpec, env: ExecutionEnvironment, useHints: boolean): Promise<PlanOutcome> {
  const made = new Map<PlanNode, unknown>();
  for (const node of plan.nodes) made.set(node, await makeNode(node, made, env, useHints));
  const results: (readonly unknown[])[] = [];
  const accumulators = new Map<string, unknown>();
  for (const [index, sink] of plan.sinks.entries()) {
    const data = made.get(sink.node) as DataSet<unknown>;
    results.push(await readResult(data, sink.kind));
    if (isCutShort(sink.node)) continue;
    for (const [name, value] of env.getLastJobExecutionResult()?.getAllAccumulatorResults() ?? []) {
      accumulators.set(`${name} of sink ${index}`, value);
    }
  }
  return { results, accumulators };
}

/** Tells whether a result depends on a node that may end before its input does. */
function isCutShort(node: PlanNode): boolean {
  return node.endsEarly || node.inputs.some(isCutShort);
}

async function readResult(data: DataSet<unknown>, kind: PlanSink["kind"]): Promise<readonly unknown[]> {
  if (kind === "count") return [await data.count()];
  if (kind === "collect") return data.collect();
  const records: unknown[] = [];
  for await (const record of data) records.push(record);
  return records;
}

async function makeNode(
  node: PlanNode,
  made: ReadonlyMap<PlanNode, unknown>,
  env: ExecutionEnvironment,
  useHints: boolean,
): Promise<unknown> {
  const inputs = node.inputs.map((each) => made.get(each));
  const records = node.isCollectedFirst ? await (inputs[0] as DataSet<unknown>).collect() : node.records;
  const receiver = node.inputs.length === 0 || node.isCollectedFirst ? env : inputs[0];
  return node.calls.reduce<unknown>((data, each) => applyCall(data, each, { inputs, records, useHints }), receiver);
}

interface CallSetting {
  readonly inputs: readonly unknown[];
  readonly records: readonly unknown[] | undefined;
  readonly useHints: boolean;
}

function applyCall(receiver: unknown, { method, args, withoutHint }: Call, setting: CallSetting): unknown {
  const name = withoutHint === undefined || setting.useHints ? method : withoutHint;
  if (name === null) return receiver;
  const member = (receiver as Record<string, unknown>)[name];
  if (args === undefined) return member;
  if (typeof member !== "function") throw new Error(`the API has no method ${name} here`);
  const given = args
    .filter((argument) => argument.kind !== "hint" || setting.useHints)
    .map((argument) => makeArgument(argument, setting));
  // A call that only sets something may return nothing.
  return (member as (...values: unknown[]) => unknown).apply(receiver, given) ?? receiver;
}

function makeArgument(argument: Argument, { inputs, records }: CallSetting): unknown {
  switch (argument.kind) {
    case "value":
    case "hint":
      return argument.value;
    case "input":
      return inputs[argument.index];
    case "records":
      return records;
    case "code":
      return argument.make();
  }
}
