/**
 * What the collection environment costs beside plain JavaScript that does the same with arrays and maps. It is the reference, written
 * to be obviously right: it copies records at every border and checks what functions return, so it is expected to be slower,
 * and these figures say by how much. Jobs and plain code run in turn; ratios are taken within a round.
 *
 *     node src/collection.ts      (after a build)
 */
import { createCollectionEnvironment, sum } from "millrace";

const NUM_RECORDS = 100_000;
const NUM_KEYS = 1_000;
const NUM_WARM_UP_ROUNDS = 2;
const NUM_ROUNDS = 7;

interface Sale {
  id: number;
  shop: string;
  amount: number;
}

const sales: Sale[] = Array.from({ length: NUM_RECORDS }, (_, id) => ({
  id,
  shop: `shop ${(id * 7919) % NUM_KEYS}`,
  amount: id % 100,
}));
const shops = Array.from({ length: NUM_KEYS }, (_, i) => ({ shop: `shop ${i}`, city: `city ${i % 10}` }));

const env = createCollectionEnvironment();
const records = env.fromCollection(sales);

/** Each job returns how many records it ended with; its plain twin must return the same. */
const jobs: Readonly<Record<string, { millrace: () => Promise<number>; plain: () => number }>> = {
  "map and filter": {
    millrace: () =>
      records
        .map((s) => ({ id: s.id, amount: s.amount * 2 }))
        .filter((s) => s.amount > 100)
        .count(),
    plain: () => sales.map((s) => ({ id: s.id, amount: s.amount * 2 })).filter((s) => s.amount > 100).length,
  },
  "group and aggregate": {
    millrace: () =>
      records
        .groupBy("shop")
        .aggregate({ total: sum("amount") })
        .count(),
    plain: () => {
      const totals = new Map<string, number>();
      for (const { shop, amount } of sales) totals.set(shop, (totals.get(shop) ?? 0) + amount);
      return totals.size;
    },
  },
  join: {
    millrace: () =>
      records
        .join(env.fromCollection(shops))
        .where("shop")
        .equalTo("shop")
        .with((sale, { city }) => ({ city, amount: sale.amount }))
        .count(),
    plain: () => {
      const byShop = new Map(shops.map((shop) => [shop.shop, shop]));
      return sales.map((sale) => ({ city: byShop.get(sale.shop)?.city, amount: sale.amount })).length;
    },
  },
  order: {
    millrace: () => records.orderBy("shop", "ascending").count(),
    plain: () => [...sales].sort((a, b) => (a.shop < b.shop ? -1 : a.shop > b.shop ? 1 : 0)).length,
  },
};

async function millisecondsOf(run: () => number | Promise<number>): Promise<[ms: number, numResults: number]> {
  const begin = performance.now();
  const numResults = await run();
  return [performance.now() - begin, numResults];
}

const medianOf = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;

console.log(`${NUM_RECORDS.toLocaleString("en-US")} records; median of ${NUM_ROUNDS} rounds`);
for (const [name, { millrace, plain }] of Object.entries(jobs)) {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < NUM_WARM_UP_ROUNDS + NUM_ROUNDS; round++) {
    const [ms, numResults] = await millisecondsOf(millrace);
    const [plainMs, numPlainResults] = await millisecondsOf(plain);
    if (numResults !== numPlainResults) throw new Error(`${name}: ${numResults} records against ${numPlainResults}`);
    if (round < NUM_WARM_UP_ROUNDS) continue;
    ours.push(ms);
    theirs.push(plainMs);
  }
  const ratio = medianOf(ours.map((ms, round) => ms / theirs[round]!));
  const rate = NUM_RECORDS / medianOf(ours) / 1000;
  console.log(
    `  ${name.padEnd(20)} ${rate.toFixed(2).padStart(6)} M records/s  ${ratio.toFixed(1).padStart(6)} times the plain code's time`,
  );
}
await env.close();
