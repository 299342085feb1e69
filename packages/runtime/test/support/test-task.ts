import type { Host } from "@millrace/core";
import { TestHost } from "@millrace/host-test";
import { JobGraphBuilder, type JobVertex, type OperatorInfo } from "@millrace/job-graph";
import { UserCode } from "../../src/code/user-code.js";
import type { InputGate } from "../../src/exchange/input-gate.js";
import type { TaskOutput } from "../../src/exchange/task-output.js";
import { createSpillSpace } from "../../src/index.js";
import { JobAccumulators } from "../../src/job/job-accumulators.js";
import type { JobContext } from "../../src/job/job-context.js";
import type { FunctionObject, JobObjects } from "../../src/job/job-objects.js";
import { makeJobContext } from "../../src/job/make-job-context.js";
import { TaskMetrics } from "../../src/metrics/task-metrics.js";
import { createLayoutTable } from "../../src/rows/layout-table.js";
import type { LayoutTable } from "../../src/rows/stream-layout.js";
import { OperatorRuntimeContext } from "../../src/task/operator-runtime-context.js";
import { Task } from "../../src/task/task.js";
import type { TaskParts } from "../../src/task/task-parts.js";
import { pageBudget } from "./budgets.js";

/** Is what a test says of its task. */
export interface TestTaskParts {
  readonly host: Host;
  readonly layouts: LayoutTable;
  readonly inputs: readonly InputGate[];
  readonly outputs: readonly TaskOutput[];
  readonly makeDriver: NonNullable<TaskParts["makeDriver"]>;
  /** Functions over one record behind the driver; none when left out. */
  readonly chain?: readonly { readonly kind: "flatMap"; readonly function: (record: never) => Iterable<unknown> }[];
}

/** Makes what a plan says of an operator. */
export function operatorInfo(resultType?: OperatorInfo["resultType"]): OperatorInfo {
  return { id: 0, name: "test", location: undefined, parameters: undefined, resultType };
}

/** Makes a step of a plan that one task does. */
export function testVertex(more: Partial<JobVertex> = {}): JobVertex {
  return {
    id: 0,
    name: "test",
    parallelism: 1,
    driver: { kind: "forward" },
    operator: operatorInfo(),
    inputs: [],
    chain: [],
    broadcasts: [],
    memoryWeight: 0,
    iteration: undefined,
    ...more,
  };
}

/** Makes a function of an operator as the first of its tasks has it. */
export function userCode(target: FunctionObject["target"], method: string, operator = operatorInfo()): UserCode {
  const job = jobContext(new TestHost(), createLayoutTable());
  const { copies, customTypes, checksRecords } = job;
  const context = new OperatorRuntimeContext(operator, { index: 0, parallelism: 1 }, job, [], undefined);
  return new UserCode({ target, method }, operator, context, { subtaskIndex: 0, copies, customTypes, checksRecords });
}

/** Makes a task alone, without a job around it. */
export function testTask({ host, layouts, inputs, outputs, makeDriver, chain = [] }: TestTaskParts): Task {
  const operator = operatorInfo();
  return new Task({
    vertex: testVertex({ operator, chain: chain.map(({ kind }, index) => ({ kind, function: index, operator })) }),
    subtaskIndex: 0,
    job: jobContext(host, layouts, chain),
    budget: pageBudget(1),
    metrics: new TaskMetrics(host.clock, createSpillSpace(host)),
    inputs: inputs.map((gate) => ({ gate, keeper: undefined, isConstant: true })),
    broadcasts: [],
    feedback: [],
    broadcastSets: [],
    borders: [],
    outputs,
    iteration: undefined,
    isDynamic: false,
    endsItsOutputs: false,
    makeDriver,
  });
}

/** Makes what tasks of a job share, on a host of its own. What only sources and sinks ask for is not there. */
function jobContext(host: Host, layouts: LayoutTable, chain: NonNullable<TestTaskParts["chain"]> = []): JobContext {
  const objects: JobObjects = {
    get: () => undefined,
    instantiate: (ref) => ({ target: chain[ref]!.function, method: chain[ref]!.kind }),
    dataSetIdOf: () => undefined,
  };
  const context = makeJobContext(
    { graph: new JobGraphBuilder().build(), objects, host },
    {
      signal: new AbortController().signal,
      spill: createSpillSpace(host),
      accumulators: new JobAccumulators(),
      nextSplit: async () => undefined,
      sinkRun: missing,
      collectPage: missing,
      cleanUp: () => {},
      throwIfCancelled: () => {},
    },
  );
  return { ...context, layouts };
}

function missing(): never {
  throw new Error("a task alone has no sinks");
}
