// Three workers at once: they decode one large graph from one piece of shared memory, and two jobs whose functions captured other values.
import { captureFunctions, encodeCapturedGraph } from "@millrace/closures";
import { nodeHost } from "@millrace/host-node";

const host = nodeHost();
const NUM_WORKERS = 3;
const workers = Array.from({ length: NUM_WORKERS }, () => host.workers.start(new URL("./many-graphs-worker.mjs", import.meta.url), undefined));
const waiting = workers.map(() => []);
for (const [index, worker] of workers.entries()) {
  worker.onMessage((answer) => waiting[index].shift()(answer));
  worker.onExit((error) => error && console.error(error));
}
const ask = (index, message) =>
  new Promise((resolve) => {
    waiting[index].push(resolve);
    workers[index].post(message);
  });
const captured = (value) => captureFunctions([{ value, where: { operator: "Map" } }], host);

const large = new Uint8Array(50 * 1024 * 1024);
for (let index = 0; index < large.length; index += 4096) large[index] = index >> 12;
const rate = 3;
const allocations = [];
const shared = encodeCapturedGraph(captured((from) => large.subarray(from).reduce((sum, byte) => sum + byte, 0) * rate), (numBytes) => {
  const memory = new SharedArrayBuffer(numBytes);
  allocations.push(numBytes);
  return memory;
});
const from = large.length - 2 ** 20;
const expected = large.subarray(from).reduce((sum, byte) => sum + byte, 0) * rate;
const sums = await Promise.all(workers.map((_, index) => ask(index, { graph: shared, id: "large", args: [from] })));

// What one worker does to its copy, the memory and the other workers do not see.
const before = shared.slice(-4096).join();
const spoiled = captured(() => large.fill(1).length);
const spoiledBytes = encodeCapturedGraph(spoiled, (numBytes) => new SharedArrayBuffer(numBytes));
await ask(0, { graph: spoiledBytes, id: "spoiled", args: [] });
const again = await ask(0, { graph: shared, id: "large again", args: [from] });

// One function, two jobs.
function job(name, values) {
  const table = new Map(values);
  class Scale {
    static factor = values.length;
  }
  return (key) => `${name} ${table.get(key)} ${Scale.factor}`;
}
const [first, second] = [job("first", [["k", 1]]), job("second", [["k", 2], ["l", 3]])].map((each) => encodeCapturedGraph(captured(each)));
const questions = [];
for (let round = 0; round < 20; round++) {
  for (let index = 0; index < NUM_WORKERS; index++) {
    questions.push(ask(index, { graph: first, id: "first", args: ["k"] }), ask(index, { graph: second, id: "second", args: ["k"] }));
  }
}
const answers = await Promise.all(questions);
process.stdout.write(JSON.stringify({ allocations, expected, sums, again, isUntouched: before === shared.slice(-4096).join(), answers: [...new Set(answers)] }), () => process.exit(0));
