/** Combiners of group reduces, which this engine calls before records are moved; the collection engine, which never calls one, is the oracle. */
import { IntCounter, type RuntimeContext } from "@millrace/core";
import { type DataSet, ExecutionEnvironment } from "@millrace/dataset";
import { collectionEngine } from "@millrace/environment-collection";
import { nodeHost } from "@millrace/host-node";
import { TestHost } from "@millrace/host-test";
import { afterAll, describe, expect, test } from "vitest";
import { localEngine } from "../src/index.js";

interface Sale {
  readonly shop: { readonly id: number };
  readonly amount: number;
}

const NUM_SALES = 9000;
const NUM_SHOPS = 11;
const PARALLELISM = 3;
const SALES: readonly Sale[] = Array.from({ length: NUM_SALES }, (_, i) => ({
  shop: { id: i % NUM_SHOPS },
  amount: i,
}));

const engine = localEngine(nodeHost(), { memory: "8MiB" });
const oracle = collectionEngine(new TestHost());
afterAll(() => engine.close());

const environment = (each: typeof engine | typeof oracle) =>
  ExecutionEnvironment.onEngine(each, { progress: false, parallelism: PARALLELISM });

const sales = (each: typeof engine | typeof oracle = engine): DataSet<Sale> =>
  environment(each).fromCollection(SALES).rebalance();

/** Gives one sale of the sum of all, and counts calls and what it read. */
const summing = (name: string) =>
  function* (values: Iterable<Sale>, _out: unknown, context: RuntimeContext): Generator<Sale> {
    let shop: Sale["shop"] | undefined;
    let amount = 0;
    for (const sale of values) {
      context.getAccumulator(`${name} read`, IntCounter).add(1);
      shop ??= sale.shop;
      amount += sale.amount;
    }
    if (shop !== undefined) yield { shop, amount };
  };

const sums = { combine: summing("combine"), reduceGroup: summing("reduce") };

const groupings: Readonly<Record<string, (data: DataSet<Sale>) => DataSet<Sale>>> = {
  "by a field": (data) => data.groupBy("shop.id").reduceGroup(sums),
  "by a selector": (data) => data.groupBy(({ shop }) => `shop ${shop.id}`).reduceGroup(sums),
  "by a field and a selector": (data) => data.groupBy("shop.id", ({ shop }) => shop.id % 2 === 0).reduceGroup(sums),
  "in an order": (data) => data.groupBy("shop.id").sortGroup("amount", "descending").reduceGroup(sums),
  "of a selector in an order": (data) =>
    data
      .groupBy(({ shop }) => shop.id)
      .sortGroup("amount")
      .reduceGroup(sums),
  "by a partitioner": (data) =>
    data
      .groupBy("shop.id")
      .withPartitioner((id, n) => id % n)
      .reduceGroup(sums),
};

describe.each(Object.entries(groupings))("[O33] groups %s", (_, reduced) => {
  test("are combined before they are moved, to the results of the oracle", async () => {
    const results = await reduced(sales()).collect();
    const expected = await reduced(sales(oracle)).collect();
    expect(inOrder(results)).toEqual(inOrder(expected));
  });

  test("are read by the reduce as one record of each part", async () => {
    const accumulators = await accumulatorsOf(reduced);
    expect(accumulators).toMatchObject({ "combine read": NUM_SALES, "reduce read": NUM_SHOPS * PARALLELISM });
  });
});

test("[O33] all records are combined on each partition", async () => {
  const data = sales().reduceGroup(sums);
  const [sum] = await data.collect();
  expect(sum?.amount).toBe((NUM_SALES * (NUM_SALES - 1)) / 2);
  expect(await accumulatorsOf((data) => data.reduceGroup(sums))).toMatchObject({
    "combine read": NUM_SALES,
    "reduce read": PARALLELISM,
  });
});

describe("[O125] what a combiner gives", () => {
  const changing = { ...sums, combine: (): Sale[] => [{ shop: { id: 0 }, amount: 1 }] };

  test("has the key of its group, or is refused", async () => {
    const job = sales().groupBy("shop.id").reduceGroup(changing).collect();
    await expect(job).rejects.toMatchObject({ code: "INVALID_RESULT", message: expect.stringContaining("shop.id") });
  });

  test("stays in the group of a computed key, whatever it is", async () => {
    const counts = await sales()
      .groupBy(({ shop }) => shop.id)
      .reduceGroup({ ...changing, reduceGroup: (values: Iterable<Sale>) => [[...values].length] })
      .collect();
    expect(counts).toEqual(Array.from({ length: NUM_SHOPS }, () => PARALLELISM));
  });
});

function inOrder(records: readonly Sale[]): Sale[] {
  return records.toSorted((a, b) => a.shop.id - b.shop.id);
}

async function accumulatorsOf(
  build: (data: DataSet<Sale>) => DataSet<Sale>,
): Promise<Readonly<Record<string, unknown>>> {
  const env = environment(engine);
  build(env.fromCollection(SALES).rebalance()).output({ write: async () => undefined });
  return Object.fromEntries((await env.execute()).getAllAccumulatorResults());
}
