import type { DriverSpec } from "@millrace/job-graph";
import { MergeJoin } from "../sort/merge-groups/merge-join.js";
import type { Driver, DriverContext, Steps } from "../task/driver.js";
import type { PairOutput } from "./pair-output.js";
import { createPairOutput } from "./pair-results.js";

type JoinSpec = Extract<DriverSpec, { kind: "join" }>;

/** Makes the driver of a join of inputs that are sorted by their keys: strategy `merge`. @internal */
export function createMergeJoinDriver(spec: JoinSpec, context: DriverContext): Driver {
  return new MergeJoinDriver(spec, context);
}

class MergeJoinDriver implements Driver {
  readonly #context: DriverContext;
  readonly #output: PairOutput;
  readonly #join: MergeJoin;

  constructor(spec: JoinSpec, context: DriverContext) {
    const { budget, spill, layouts } = context;
    const { joinType, leftKeys, rightKeys } = spec;
    this.#context = context;
    this.#output = createPairOutput(spec.result, spec, "join", context);
    this.#join = new MergeJoin({ joinType, leftKeys, rightKeys, budget, spill, layouts, sink: this.#output });
  }

  *run(): Steps {
    yield* this.#join.run(this.#context.rows(0), this.#context.rows(1));
    if (this.#output.isWaiting) yield* this.#output.drain();
  }

  close(): void {
    this.#join.close();
  }
}
