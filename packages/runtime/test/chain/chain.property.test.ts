/**
 * Chains against their meaning over lists: generated and interpreted, over records and over rows of declared and discovered layouts,
 * with and without the check of records, and with an output that is full after every record. FUZZ_SEED replays, FUZZ_COUNT scales.
 */
import {
  type AnyType,
  isMillraceError,
  LayoutDiscovery,
  normalizeRecord,
  type RowLayout,
  type TypeInformation,
} from "@millrace/core";
import { SeededRandom } from "@millrace/host-test";
import { expect, test } from "vitest";
import { type Chain, makeChain } from "../../src/chain/index.js";
import { randomRecordOf, randomRowType } from "../expressions/random-expression.js";
import { contextOf, KeepingOutput, meaningOf, type Program, rowOf } from "./chain-harness.js";
import { layoutOf, randomChain } from "./random-chain.js";

const SEED = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const SCALE = Number(process.env.FUZZ_COUNT ?? 1);
const COUNT = 300 * SCALE;
const NUM_RECORDS = 5;
console.log(`FUZZ_SEED=${SEED}`);

/** Where several records would fail, the one that comes first depends on how operators take turns. */
type Outcome = { readonly records: readonly unknown[] } | { readonly isFailed: true };

function outcome(run: () => readonly unknown[]): Outcome {
  try {
    return { records: run() };
  } catch (error) {
    if (!isMillraceError(error) && !(error instanceof TypeError)) throw error;
    return { isFailed: true };
  }
}

/** Puts records through a chain as a task does. */
function drive(chain: Chain, output: KeepingOutput, give: readonly (() => void)[]): void {
  const makeRoom = (): void => {
    output.empty();
    chain.resume();
  };
  for (const each of give) {
    each();
    if (chain.isFull) makeRoom();
  }
  for (let i = 0; chain.isPending; i++) {
    makeRoom();
    expect(i, "resuming a chain ends").toBeLessThan(10_000);
  }
}

interface Way {
  readonly code: "generated" | "interpreted";
  readonly checksRecords: boolean;
  readonly capacity: number;
  readonly layoutOf: ((record: unknown) => RowLayout) | undefined;
}

function throughChain(program: Program, records: readonly unknown[], way: Way): Outcome {
  const context = contextOf(program, way);
  const output = new KeepingOutput();
  output.capacity = way.capacity;
  return outcome(() => {
    const chain = makeChain(program.specs, context, output);
    drive(
      chain,
      output,
      records.map((record) => () => {
        if (way.layoutOf === undefined) chain.collect(normalizeRecord(record));
        else chain.collectRow(...rowOf(record, way.layoutOf(record), context));
      }),
    );
    return output.records;
  });
}

test("[O1] [O20] [O21] [O23] [O24] [O25] [O26] random chains mean the same however they run", {
  timeout: 30_000 * Math.max(1, SCALE),
}, () => {
  const random = new SeededRandom(SEED);
  let numFailures = 0;
  for (let round = 0; round < COUNT; round++) {
    const type = randomRowType(random, 1, 1 + random.below(5)) as unknown as AnyType;
    const program = randomChain(random, type, 5);
    const declared = type as unknown as TypeInformation<unknown>;
    const records = Array.from({ length: NUM_RECORDS }, () => normalizeRecord(randomRecordOf(random, type), declared));
    const expected = outcome(() => meaningOf(program, records));
    if ("isFailed" in expected) numFailures++;
    const note = `FUZZ_SEED=${SEED} round ${round}: ${JSON.stringify(program.specs, (key, value) => (key === "operator" ? undefined : typeof value === "bigint" ? `${value}n` : value))} with ${program.functions.map(String).join("; ")} over ${String(type)}`;
    const discovery = new LayoutDiscovery();
    const layouts = [undefined, () => layoutOf(type), (record: unknown) => discovery.observe(record)];
    for (const code of ["interpreted", "generated"] as const) {
      for (const layout of layouts) {
        const way: Way = {
          code,
          checksRecords: random.chance(0.5),
          capacity: random.pick([1, 3, 1000]),
          layoutOf: layout,
        };
        const found = throughChain(program, records, way);
        expect(found, `${note} by ${JSON.stringify(way)} ${String(layout)}`).toEqual(expected);
      }
    }
  }
  expect(numFailures).toBeLessThan(COUNT * 0.6);
});
