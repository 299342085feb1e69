import type { DriverSpec, KeyFieldSpec } from "@millrace/job-graph";
import { JoinEmitter, joinNeeds } from "../hash/join-emitter.js";
import { JoinTable } from "../hash/join-table.js";
import type { Driver, DriverContext, Steps } from "../task/driver.js";
import type { PairOutput } from "./pair-output.js";
import { createPairOutput } from "./pair-results.js";

type JoinSpec = Extract<DriverSpec, { kind: "join" }>;

/** Makes the driver of a join by hashing: strategies `hash-build-first` and `hash-build-second`. @internal */
export function createHashJoinDriver(spec: JoinSpec, context: DriverContext): Driver {
  return new HashJoinDriver(spec, context);
}

/** Joins two inputs by a hash table of one of them. In an iteration the table is kept when its input is constant. */
class HashJoinDriver implements Driver {
  readonly #spec: JoinSpec;
  readonly #context: DriverContext;
  readonly #buildInput: 0 | 1;
  readonly #output: PairOutput;
  readonly #isReusable: boolean;
  #table: JoinTable | undefined;

  constructor(spec: JoinSpec, context: DriverContext) {
    this.#spec = spec;
    this.#context = context;
    this.#buildInput = spec.strategy === "hash-build-first" ? 0 : 1;
    this.#output = createPairOutput(spec.result, spec, "join", context);
    const { iteration, inputs } = context.vertex;
    this.#isReusable = iteration !== undefined && inputs[this.#buildInput]?.isConstant === true;
  }

  *run(): Steps {
    if (!this.#isReusable) this.#table?.close();
    if (!this.#isReusable || this.#table === undefined) {
      this.#table = this.#createTable();
      yield* this.#table.build(this.#context.pages(this.#buildInput));
    }
    yield* this.#table.probe(this.#context.pages(1 - this.#buildInput));
    if (this.#output.isWaiting) yield* this.#output.drain();
  }

  close(): void {
    this.#table?.close();
    // What a table took before it was made is its too.
    this.#context.budget.giveAll();
  }

  #createTable(): JoinTable {
    const { budget, spill, layouts, hashSeed } = this.#context;
    const buildsLeft = this.#buildInput === 0;
    return new JoinTable({
      budget,
      spill,
      layouts,
      seed: hashSeed,
      buildKeys: this.#keys(buildsLeft),
      probeKeys: this.#keys(!buildsLeft),
      emitter: new JoinEmitter(this.#output, buildsLeft),
      needs: joinNeeds(this.#spec.joinType, buildsLeft),
      isReusable: this.#isReusable,
    });
  }

  #keys(isLeft: boolean): readonly KeyFieldSpec[] {
    return isLeft ? this.#spec.leftKeys : this.#spec.rightKeys;
  }
}
