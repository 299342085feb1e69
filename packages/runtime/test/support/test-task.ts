import { Configuration, type Host, RecordCopies } from "@millrace/core";
import type { InputGate } from "../../src/exchange/input-gate.js";
import type { TaskOutput } from "../../src/exchange/task-output.js";
import { createSpillSpace } from "../../src/index.js";
import { JobAccumulators } from "../../src/job/job-accumulators.js";
import type { JobContext } from "../../src/job/job-context.js";
import { TaskMetrics } from "../../src/metrics/task-metrics.js";
import type { LayoutTable } from "../../src/rows/stream-layout.js";
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

/** Makes a task alone, without a job around it. */
export function testTask({ host, layouts, inputs, outputs, makeDriver, chain = [] }: TestTaskParts): Task {
  const operator = { id: 0, name: "test", location: undefined, parameters: undefined, resultType: undefined };
  return new Task({
    vertex: {
      id: 0,
      name: "test",
      parallelism: 1,
      driver: { kind: "forward" },
      operator,
      inputs: [],
      chain: chain.map(({ kind }, index) => ({ kind, function: index, operator })),
      broadcasts: [],
      memoryWeight: 0,
      iteration: undefined,
    },
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

/** Makes what tasks of a job share, as far as a task needs it whose driver the test makes. */
function jobContext(host: Host, layouts: LayoutTable, chain: NonNullable<TestTaskParts["chain"]>): JobContext {
  const context: Partial<JobContext> = {
    name: "test",
    host,
    objects: {
      get: () => undefined,
      instantiate: (ref) => ({ target: chain[ref]!.function, method: chain[ref]!.kind }),
      dataSetIdOf: () => undefined,
    },
    shared: (_key, make) => make(),
    signal: new AbortController().signal,
    layouts,
    copies: new RecordCopies([]),
    customTypes: [],
    checksRecords: false,
    jobParameters: new Configuration(),
    cachedFiles: new Map(),
    attemptNumber: 0,
    hashSeed: { low: 1, high: 2 },
    accumulators: new JobAccumulators(),
    cleanUp: () => {},
    throwIfCancelled: () => {},
  };
  return context as JobContext;
}
