// The main job, which `npm start` runs: busiest states by departures, then the airports that matter most by PageRank over the
// route graph, on the real data of the npm package `vega-datasets`.
import { fileURLToPath } from "node:url";
import { count, ExecutionEnvironment, sum, types } from "millrace";

const started = performance.now();
let phaseStarted = started;

/** Prints one line for a phase that has just ended, with how long it took. */
function phase(what: string): void {
  const now = performance.now();
  console.log(`${what.padEnd(52)} ${((now - phaseStarted) / 1000).toFixed(2)} s`);
  phaseStarted = performance.now();
}

const data = (file: string) => fileURLToPath(new URL(`../data/${file}`, import.meta.resolve("vega-datasets")));

const env = ExecutionEnvironment.getExecutionEnvironment();
const airports = env.readCsvFile(data("airports.csv"), {
  header: true,
  types: types.row({
    iata: types.string,
    name: types.string,
    city: types.string,
    state: types.string,
    country: types.string,
    latitude: types.float64,
    longitude: types.float64,
  }),
});
const routes = env.readCsvFile(data("flights-airport.csv"), {
  header: true,
  types: types.row({ origin: types.string, destination: types.string, count: types.int32 }),
});

const byState = routes
  .join(airports)
  .where("origin")
  .equalTo("iata")
  .with((route, airport) => ({ state: airport.state, flights: route.count }))
  .groupBy("state")
  .aggregate({ flights: sum("flights"), routes: count() });
const busiest = await byState.orderBy("flights", "descending").first(10).toTable();
phase("Busiest states: join, group, aggregate, order");
console.log(`\n${busiest}`);

const pages = routes
  .flatMap((route) => [route.origin, route.destination])
  .distinct()
  .map((id) => ({ id, rank: 1 }));
const numPages = await pages.count();
phase(`Airports with flights: ${numPages}`);

const links = routes.groupBy("origin").reduceGroup((group) => {
  const targets: { to: string; weight: number }[] = [];
  let from = "";
  let all = 0;
  for (const route of group) {
    from = route.origin;
    all += route.count;
    targets.push({ to: route.destination, weight: route.count });
  }
  return [{ from, targets: targets.map(({ to, weight }) => ({ to, share: weight / all })) }];
});

const damping = 0.85;
const iteration = pages.map((page) => ({ id: page.id, rank: 1 / numPages })).iterate(50);
const next = iteration
  .leftOuterJoin(links)
  .where("id")
  .equalTo("from")
  .flatWith(function* (page, link) {
    yield { id: page.id, rank: (1 - damping) / numPages };
    for (const target of link?.targets ?? []) yield { id: target.to, rank: damping * page.rank * target.share };
  })
  .groupBy("id")
  .sum("rank");
const moved = next
  .join(iteration)
  .where("id")
  .equalTo("id")
  .with((now, before) => Math.abs(now.rank - before.rank))
  .filter((distance) => distance > 1e-6);
const ranks = iteration
  .closeWith(next, moved)
  .join(airports)
  .where("id")
  .equalTo("iata")
  .with((rank, airport) => ({ iata: rank.id, name: airport.name, rank: rank.rank }))
  .orderBy("rank", "descending")
  .first(10);

const plan = await ranks.explain();
const important = await ranks.map((r) => ({ ...r, rank: r.rank.toFixed(5) })).toTable();
phase("Airports by PageRank: up to 50 supersteps");
console.log(`\n${important}\nThe plan of the second table:\n\n${plan}\n`);
console.log(`Done in ${((performance.now() - started) / 1000).toFixed(2)} s.`);
