import {
  dependenciesOf,
  functionSettingsOf,
  logical,
  type Operator,
  type Plan,
  placeholdersOf,
  type UserFunction,
} from "@millrace/common-api";
import { type Configuration, type TypeInformation, typeToJson } from "@millrace/core";
import type {
  ChainedSpec,
  DriverSpec,
  KeyFieldSpec,
  ObjectRef,
  OperatorInfo,
  ValuePosition,
} from "@millrace/job-graph";
import { canChain, GraphDraft, type InputDraft, type VertexDraft } from "./graph-draft.js";
import type { JobTable } from "./job-table.js";
import { inputOf, type Stream } from "./stream.js";

type WithoutOperator<T> = T extends unknown ? Omit<T, "operator"> : never;

/** Is a chained operator without the name of what it stands for. */
export type ChainedStep = WithoutOperator<ChainedSpec>;

/** Says how the records of a solution set lie, and in how many parts. */
export interface SolutionSetPlace {
  readonly keys: readonly KeyFieldSpec[];
  readonly value: ValuePosition;
  readonly parallelism: number;
}

/** Is a translation of one plan at work: what is known of the plan, and what was made of it so far. */
export class Translation {
  readonly plan: Plan;
  readonly draft = new GraphDraft();
  readonly table: JobTable;
  readonly #parallelism: ReadonlyMap<Operator, number>;
  readonly #types: ReadonlyMap<Operator, TypeInformation<unknown>>;
  readonly #streams = new Map<Operator, Stream>();
  readonly #numReaders = new Map<Operator, number>();
  readonly #iterations: ReadonlyMap<Operator, number>;
  readonly #solutionSets = new Map<number, SolutionSetPlace>();

  constructor(
    plan: Plan,
    parallelism: ReadonlyMap<Operator, number>,
    types: ReadonlyMap<Operator, TypeInformation<unknown>>,
    table: JobTable,
  ) {
    this.plan = plan;
    this.table = table;
    this.#parallelism = parallelism;
    this.#types = types;
    this.#iterations = numbersOfIterations(plan);
    for (const operator of plan.operators) {
      for (const read of dependenciesOf(operator)) this.#numReaders.set(read, (this.#numReaders.get(read) ?? 0) + 1);
    }
  }

  /** Returns how many subtasks an operator has. */
  parallelismOf(operator: Operator): number {
    return this.#parallelism.get(operator) as number;
  }

  /** Returns the number of the iteration that an operator is inside of, or that it is. */
  iterationOf(operator: Operator): number | undefined {
    return this.#iterations.get(operator);
  }

  /** Returns how many operators read an operator, each as often as it does. */
  readersOf(operator: Operator): number {
    return this.#numReaders.get(operator) ?? 0;
  }

  /** Returns how the solution set of an iteration lies. */
  solutionSetOf(iteration: number): SolutionSetPlace {
    return this.#solutionSets.get(iteration) as SolutionSetPlace;
  }

  /** Remembers how the solution set of an iteration lies. */
  setSolutionSet(iteration: number, place: SolutionSetPlace): void {
    this.#solutionSets.set(iteration, place);
  }

  /** Returns the type of an operator's records, as far as it is known. */
  typeOf(operator: Operator): TypeInformation<unknown> | undefined {
    return this.#types.get(operator);
  }

  /** Returns what an operator gives; it was translated before. */
  streamOf(operator: Operator): Stream {
    return this.#streams.get(operator) as Stream;
  }

  /** Remembers what an operator gives. */
  setStream(operator: Operator, stream: Stream): void {
    this.#streams.set(operator, stream);
  }

  /** Returns what a vertex gives in place of an operator. */
  streamFrom(operator: Operator, vertex: VertexDraft, properties: Partial<Stream> = {}): Stream {
    return {
      producers: [{ vertex, output: 0 }],
      parallelism: vertex.parallelism,
      iteration: vertex.iteration,
      isOrdered: false,
      isShared: this.readersOf(operator) > 1,
      type: this.typeOf(operator),
      ...properties,
    };
  }

  /** Puts a function of the plan into the table. */
  ref(userFunction: UserFunction): ObjectRef {
    return this.table.add(userFunction);
  }

  /** Returns what names an operator. The type is that of `records`, where these are not yet what the operator gives. */
  infoOf(operator: Operator, records?: Pick<Stream, "type">): OperatorInfo {
    const type = records === undefined ? this.typeOf(operator) : records.type;
    return {
      id: this.plan.idOf(operator),
      name: operator.settings.name,
      location: operator.location,
      parameters: parametersOf(operator)?.toJSON(),
      resultType: type === undefined ? undefined : typeToJson(type),
    };
  }

  /**
   * Adds the vertex of an operator, with the broadcast sets of its function. `info` names what the driver gives, when this is not yet
   * what the operator gives.
   */
  addVertex(
    operator: Operator,
    driver: DriverSpec,
    inputs: readonly InputDraft[],
    settings: Partial<Pick<VertexDraft, "parallelism" | "operator">> & { readonly name?: string } = {},
  ): VertexDraft {
    const vertex = this.draft.add({
      name: operator.settings.name,
      parallelism: this.parallelismOf(operator),
      operator: this.infoOf(operator),
      ...settings,
      driver,
      inputs,
      iteration: this.iterationOf(operator),
    });
    this.addBroadcasts(operator, vertex);
    return vertex;
  }

  /** Gives a vertex the broadcast sets of an operator that it runs. */
  addBroadcasts(operator: Operator, vertex: VertexDraft): void {
    for (const { name, operator: dataSet } of functionSettingsOf(operator)?.broadcastInputs ?? []) {
      const input = inputOf(this.streamOf(dataSet), {
        parallelism: vertex.parallelism,
        iteration: vertex.iteration,
        ship: { kind: "broadcast" },
        local: { kind: "materialize" },
      });
      vertex.broadcasts.push({
        operatorId: this.plan.idOf(operator),
        name,
        dataSetId: this.plan.idOf(dataSet),
        input,
      });
    }
  }

  /**
   * Puts an operator over one record behind a stream: fused to its vertex where nobody else reads it and partitions stay, else in a
   * vertex of its own.
   */
  chain(operator: Operator, input: Stream, step: ChainedStep, numTasks = this.parallelismOf(operator)): VertexDraft {
    const iteration = this.iterationOf(operator);
    const { name } = operator.settings;
    const fused = this.#chainableTo(input, numTasks, iteration);
    fused?.names.push(name);
    const vertex = fused ?? this.#forward(operator, name, input, numTasks, iteration);
    vertex.chain.push({ ...step, operator: this.infoOf(operator) } as ChainedSpec);
    this.addBroadcasts(operator, vertex);
    return vertex;
  }

  /**
   * Does something to each record of a stream for the sake of an operator that reads it, where the records come from: outside of an
   * iteration when they do. `type` is that of what becomes of them, where it is known.
   */
  prepare(operator: Operator, input: Stream, step: ChainedStep, type: Stream["type"]): Stream {
    const { parallelism, iteration } = input;
    const name = `Key of ${operator.settings.name}`;
    const vertex =
      this.#chainableTo(input, parallelism, iteration) ?? this.#forward(operator, name, input, parallelism, iteration);
    vertex.chain.push({ ...step, operator: this.infoOf(operator, { type }) } as ChainedSpec);
    return { ...input, producers: [{ vertex, output: 0 }], isShared: false, type };
  }

  #chainableTo(input: Stream, parallelism: number, iteration: number | undefined): VertexDraft | undefined {
    const [producer, ...others] = input.producers;
    if (producer === undefined || others.length > 0 || input.isShared || !canChain(producer.vertex)) return undefined;
    const { vertex } = producer;
    return vertex.parallelism === parallelism && vertex.iteration === iteration ? vertex : undefined;
  }

  #forward(
    operator: Operator,
    name: string,
    input: Stream,
    parallelism: number,
    iteration: number | undefined,
  ): VertexDraft {
    return this.draft.add({
      name,
      parallelism,
      driver: { kind: "forward" },
      operator: this.infoOf(operator, input),
      inputs: [inputOf(input, { parallelism, iteration })],
      iteration,
    });
  }
}

function parametersOf(operator: Operator): Configuration | undefined {
  const node = logical(operator);
  if (node.kind === "source" || node.kind === "sink") return node.parameters;
  return functionSettingsOf(operator)?.parameters;
}

function numbersOfIterations(plan: Plan): ReadonlyMap<Operator, number> {
  const numbers = new Map<Operator, number>();
  [...plan.iterations.values()].forEach(({ iteration, operators }, number) => {
    for (const each of [iteration, ...placeholdersOf(iteration), ...operators]) numbers.set(each, number);
  });
  return numbers;
}
