/**
 * Chains of operators over one record: the generated function against collectors that call collectors, the interpreted
 * chain and a plain loop with the same functions, over objects and over rows.
 *
 * The process runs other chains before, since a job has many: call sites that all chains share have met several functions,
 * as they have in a job. Every round runs all contenders over the same records; ratios are taken within a round.
 *
 *     node src/chains.ts          (after a build; node --cpu-prof src/chains.ts to profile)
 */
import { FunctionAnalyzer } from "@millrace/closures";
import {
  type ExpressionNode,
  Memory,
  RecordCopies,
  RowLayout,
  RowSerializer,
  type RuntimeContext,
  types,
  typeToJson,
} from "@millrace/core";
import type { ChainedSpec, OperatorInfo } from "@millrace/job-graph";
import {
  type ChainContext,
  type LayoutTable,
  makeChain,
  type RecordOutput,
  type StreamLayout,
  UserCode,
} from "@millrace/runtime/parts";
import { measure, printTable } from "./measure.ts";

const NUM_RECORDS = 20_000;

interface Item {
  id: number;
  name: string;
  price: number;
  quantity: number;
}

interface Total {
  id: number;
  total: number;
}

const itemType = types.row({ id: types.int32, name: types.string, price: types.float64, quantity: types.int32 });
const records: Item[] = Array.from({ length: NUM_RECORDS }, (_, i) => ({
  id: i,
  name: Buffer.from(`item${1000 + ((i * 7919) % 999_000)}`).toString("latin1"),
  price: i * 1.37 + 0.01,
  quantity: i % 97,
}));

type Fn = (...args: never[]) => unknown;

/** What chains need around them. */
class Layouts implements LayoutTable {
  readonly #entries: StreamLayout[] = [];

  add(layout: RowLayout): StreamLayout {
    const known = this.#entries.find((entry) => entry.layout.id === layout.id);
    if (known !== undefined) return known;
    const entry = { index: this.#entries.length, layout, serializer: new RowSerializer(layout) };
    this.#entries.push(entry);
    return entry;
  }

  of(): StreamLayout {
    throw new Error("No page is read here");
  }

  at(index: number): StreamLayout {
    return this.#entries[index]!;
  }
}

const layouts = new Layouts();
const itemLayout = layouts.add(RowLayout.of(itemType) as RowLayout);

function contextOf(functions: readonly Fn[], code: "generated" | "interpreted"): ChainContext {
  const base = { subtaskIndex: 0, copies: new RecordCopies([]), customTypes: [], checksRecords: false };
  return {
    ...base,
    vertex: undefined as never,
    analyzer: new FunctionAnalyzer(),
    layouts,
    code,
    function: (operator, ref, method) =>
      new UserCode({ target: functions[ref]!, method }, operator, { taskName: operator.name } as RuntimeContext, base),
    throwIfCancelled() {},
  };
}

let numChains = 0;
function operator(resultType?: OperatorInfo["resultType"]): OperatorInfo {
  return {
    id: numChains++,
    name: `operator ${numChains}`,
    location: undefined,
    parameters: undefined,
    resultType,
  };
}

/** Adds up one field, so that no work can be left out. */
class Summing implements RecordOutput {
  readonly isFull = false;
  sum = 0;

  collect(record: unknown): void {
    this.sum += (record as Total).total;
  }

  collectRow(memory: Memory, slot: number): void {
    this.sum += memory.f64[slot + 2]!;
  }

  collectRows(memory: Memory, slot: number, endSlot: number): void {
    for (let at = slot; at < endSlot; at += memory.i32[at * 2]! >>> 3) this.collectRow(memory, at);
  }
}

/** Counts besides, as metrics do. */
class CountingAndSumming extends Summing {
  numRecords = 0;

  override collect(record: unknown): void {
    this.numRecords++;
    super.collect(record);
  }
}

interface Collector {
  collect(record: unknown): void;
}

class MapCollector implements Collector {
  readonly #function: (record: never, context: unknown) => unknown;
  readonly #next: Collector;

  constructor(fn: Fn, next: Collector) {
    this.#function = fn as never;
    this.#next = next;
  }

  collect(record: unknown): void {
    const result = this.#function(record as never, undefined);
    if (result === undefined) throw new Error("nothing");
    this.#next.collect(result);
  }
}

class FilterCollector implements Collector {
  readonly #function: (record: never, context: unknown) => unknown;
  readonly #next: Collector;

  constructor(fn: Fn, next: Collector) {
    this.#function = fn as never;
    this.#next = next;
  }

  collect(record: unknown): void {
    if (this.#function(record as never, undefined) === true) this.#next.collect(record);
  }
}

class FlatMapCollector implements Collector {
  readonly #function: (record: never, out: Collector, context: unknown) => unknown;
  readonly #next: Collector;

  constructor(fn: Fn, next: Collector) {
    this.#function = fn as never;
    this.#next = next;
  }

  collect(record: unknown): void {
    const result = this.#function(record as never, this.#next, undefined);
    if (result !== undefined) for (const each of result as Iterable<unknown>) this.#next.collect(each);
  }
}

type Step = readonly ["map" | "filter" | "flatMap", Fn];

function collectorsOf(steps: readonly Step[], end: Collector): Collector {
  return steps.reduceRight<Collector>((next, [kind, fn]) => {
    if (kind === "map") return new MapCollector(fn, next);
    return kind === "filter" ? new FilterCollector(fn, next) : new FlatMapCollector(fn, next);
  }, end);
}

function chainOf(
  steps: readonly Step[],
  end: RecordOutput,
  code: "generated" | "interpreted",
  resultType?: OperatorInfo["resultType"],
) {
  const specs = steps.map(([kind], index): ChainedSpec => ({ kind, operator: operator(resultType), function: index }));
  return makeChain(
    specs,
    contextOf(
      steps.map(([, fn]) => fn),
      code,
    ),
    end,
  );
}

const mapSteps: readonly Step[] = [
  ["map", (item: Item) => ({ id: item.id, total: item.price * item.quantity })],
  ["map", (total: Total) => ({ id: total.id, total: total.total + 1 })],
  ["map", (total: Total) => ({ id: total.id & 1023, total: total.total * 0.5 })],
];
const filterSteps: readonly Step[] = [
  ["filter", (item: Item) => item.quantity > 20],
  ["map", (item: Item) => ({ id: item.id, total: item.price * item.quantity })],
  ["filter", (total: Total) => total.total > 100],
];
const flatMapSteps: readonly Step[] = [
  ["map", (item: Item) => ({ id: item.id, total: item.price * item.quantity })],
  ["flatMap", (total: Total) => [total, { id: total.id, total: -total.total }]],
  ["map", (total: Total) => ({ id: total.id, total: total.total + 1 })],
];

/** Other chains of the same process. */
function runOthers(): void {
  const others: readonly Step[][] = [
    [["map", (x: Item) => [x.id]] as const, ["map", (x: number[]) => x.length] as const],
    [["filter", (x: Item) => x.id > 5] as const, ["map", (x: Item) => x.name] as const],
    [["flatMap", (x: Item) => [x.id, x.quantity]] as const, ["filter", (x: number) => x > 3] as const],
    [["map", (x: Item) => ({ a: x.id })] as const, ["filter", (x: { a: number }) => x.a > 3] as const],
  ].map((steps) => steps as Step[]);
  for (const steps of others) {
    for (const end of [new Summing(), new CountingAndSumming()]) {
      const collectors = collectorsOf(steps, end);
      const chains = [chainOf(steps, end, "generated"), chainOf(steps, end, "interpreted")];
      for (let i = 0; i < 5; i++) {
        for (const record of records) {
          collectors.collect(record);
          for (const chain of chains) chain.collect(record);
        }
      }
    }
  }
}

function sumOf(end: { sum: number }, run: () => void): () => number {
  return () => {
    end.sum = 0;
    run();
    return end.sum;
  };
}

function overRecords(steps: readonly Step[], loop: () => number): Record<string, () => number> {
  const contenders: Record<string, () => number> = { "plain loop": loop };
  const generated = new Summing();
  const chain = chainOf(steps, generated, "generated");
  contenders["generated chain"] = sumOf(generated, () => {
    for (let i = 0; i < NUM_RECORDS; i++) chain.collect(records[i]);
  });
  const counting = new CountingAndSumming();
  const counted = chainOf(steps, counting, "generated");
  contenders["generated chain, counted"] = sumOf(counting, () => {
    for (let i = 0; i < NUM_RECORDS; i++) counted.collect(records[i]);
  });
  const typed = new Summing();
  const declared = chainOf(steps, typed, "generated", typeToJson(types.row({ id: types.int32, total: types.float64 })));
  contenders["generated chain, types declared"] = sumOf(typed, () => {
    for (let i = 0; i < NUM_RECORDS; i++) declared.collect(records[i]);
  });
  const called = new Summing();
  const collectors = collectorsOf(steps, called);
  contenders["collectors calling collectors"] = sumOf(called, () => {
    for (let i = 0; i < NUM_RECORDS; i++) collectors.collect(records[i]);
  });
  const interpreted = new Summing();
  const stages = chainOf(steps, interpreted, "interpreted");
  contenders["interpreted chain"] = sumOf(interpreted, () => {
    for (let i = 0; i < NUM_RECORDS; i++) stages.collect(records[i]);
  });
  return contenders;
}

/** The rows of all records, one after the other. */
const memory = new Memory(new SharedArrayBuffer(1 << 21));
const slots = new Int32Array(NUM_RECORDS);
{
  let slot = 0;
  for (let i = 0; i < NUM_RECORDS; i++) {
    slots[i] = slot;
    slot = itemLayout.serializer.write(records[i], memory, slot, memory.numSlots);
  }
}

const column = (path: string): ExpressionNode => ({ op: "column", path });
const lit = (value: number): ExpressionNode => ({ op: "literal", value });
const call = (name: "gt" | "multiply" | "lt" | "and", ...args: ExpressionNode[]): ExpressionNode => ({
  op: "call",
  name,
  args,
});

function overRows(): Record<string, () => number> {
  const specs: readonly ChainedSpec[] = [
    {
      kind: "filterExpression",
      operator: operator(),
      expression: call("and", call("gt", column("quantity"), lit(20)), call("lt", column("price"), lit(20_000))),
    },
    {
      kind: "select",
      operator: operator(),
      columns: [
        { name: "total", expression: call("multiply", column("price"), column("quantity")) },
        { name: "id", expression: column("id") },
        { name: "name", expression: column("name") },
      ],
    },
  ];
  const rowsOut = new (class extends Summing {
    override collectRow(from: Memory, slot: number): void {
      this.sum += from.f64[slot + 1]!;
    }
  })();
  const chain = makeChain(specs, contextOf([], "generated"), rowsOut);
  const resultLayout = layouts.add(
    RowLayout.of(types.row({ total: types.float64, id: types.int32, name: types.string })) as RowLayout,
  );
  const target = new Memory(new ArrayBuffer(1 << 16));
  const readOnly = [
    "expressions on rows, to rows",
    sumOf(rowsOut, () => {
      for (let i = 0; i < NUM_RECORDS; i++) chain.collectRow(memory, slots[i]!, itemLayout);
    }),
  ] as const;
  const decoded = (): number => {
    let sum = 0;
    for (let i = 0; i < NUM_RECORDS; i++) {
      const item = itemLayout.serializer.read(memory, slots[i]!) as Item;
      if (item.quantity <= 20 || item.price >= 20_000) continue;
      const result = { total: item.price * item.quantity, id: item.id, name: item.name };
      resultLayout.serializer.write(result, target, 0, target.numSlots);
      sum += target.f64[1]!;
    }
    return sum;
  };
  return { [readOnly[0]]: readOnly[1], "decoded, a function, encoded": decoded };
}

/** Functions over rows: what a function does not read is not decoded. */
function functionsOverRows(): Record<string, () => number> {
  const totalOfItem = (item: Item): Total => ({ id: item.id, total: item.price * item.quantity });
  const isMany = (item: Item): boolean => item.quantity > 20;
  const steps: readonly Step[] = [
    ["filter", isMany],
    ["map", totalOfItem],
  ];
  const end = new Summing();
  const chain = chainOf(steps, end, "generated");
  const whole = new Summing();
  const behindReader = chainOf(steps, whole, "generated");
  return {
    "generated chain": sumOf(end, () => {
      for (let i = 0; i < NUM_RECORDS; i++) chain.collectRow(memory, slots[i]!, itemLayout);
    }),
    "all decoded, generated chain": sumOf(whole, () => {
      for (let i = 0; i < NUM_RECORDS; i++) behindReader.collect(itemLayout.serializer.read(memory, slots[i]!));
    }),
    "all decoded, plain calls": () => {
      let sum = 0;
      for (let i = 0; i < NUM_RECORDS; i++) {
        const item = itemLayout.serializer.read(memory, slots[i]!) as Item;
        if (isMany(item)) sum += totalOfItem(item).total;
      }
      return sum;
    },
  };
}

runOthers();
const [first, second, third] = mapSteps.map(([, fn]) => fn as (x: unknown) => unknown) as [
  (x: Item) => Total,
  (x: Total) => Total,
  (x: Total) => Total,
];
printTable(
  "map, map, map",
  measure(
    overRecords(mapSteps, () => {
      let sum = 0;
      for (let i = 0; i < NUM_RECORDS; i++) sum += third(second(first(records[i]!))).total;
      return sum;
    }),
    NUM_RECORDS,
    "collectors calling collectors",
  ),
);
const [keeps, totalOf, isLarge] = filterSteps.map(([, fn]) => fn) as unknown as [
  (x: Item) => boolean,
  (x: Item) => Total,
  (x: Total) => boolean,
];
printTable(
  "filter, map, filter",
  measure(
    overRecords(filterSteps, () => {
      let sum = 0;
      for (let i = 0; i < NUM_RECORDS; i++) {
        const item = records[i]!;
        if (!keeps(item)) continue;
        const total = totalOf(item);
        if (isLarge(total)) sum += total.total;
      }
      return sum;
    }),
    NUM_RECORDS,
    "collectors calling collectors",
  ),
);
const [before, both, after] = flatMapSteps.map(([, fn]) => fn) as unknown as [
  (x: Item) => Total,
  (x: Total) => Total[],
  (x: Total) => Total,
];
printTable(
  "map, flatMap, map",
  measure(
    overRecords(flatMapSteps, () => {
      let sum = 0;
      for (let i = 0; i < NUM_RECORDS; i++) for (const each of both(before(records[i]!))) sum += after(each).total;
      return sum;
    }),
    NUM_RECORDS,
    "collectors calling collectors",
  ),
);
printTable(
  "filter and select by expressions, rows to rows",
  measure(overRows(), NUM_RECORDS, "decoded, a function, encoded"),
);
printTable(
  "filter and map by functions, over rows",
  measure(functionsOverRows(), NUM_RECORDS, "all decoded, plain calls"),
);
