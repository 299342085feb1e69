// A program of the fluent API whose functions travel before they run, and the same program with functions that run as they are.
import { captureFunctions, decodeCapturedGraph, encodeCapturedGraph, originalOf, reviveFunctions } from "@millrace/closures";
import { RichMapFunction } from "@millrace/core";
import { ExecutionEnvironment, perSlot } from "@millrace/dataset";
import { collectionEngine } from "@millrace/environment-collection";
import { nodeHost } from "@millrace/host-node";

const host = nodeHost();

/** Sends functions through bytes, as an engine does whose workers are elsewhere. */
const functionTransport = async (functions, { setUp, handleOf, restoreHandle }) => {
  const graph = captureFunctions(functions, host, { setUp, handleOf });
  const bytes = encodeCapturedGraph(graph);
  const revived = await reviveFunctions(decodeCapturedGraph(bytes), host.scripts, { restoreHandle });
  return { functions: revived.functions, originalOf: (copy) => originalOf(graph, revived.idOf(copy)) };
};

/** An accumulator of the program's own. */
class Longest {
  #length = 0;
  add(text) {
    this.#length = Math.max(this.#length, text.length);
  }
  getLocalValue = () => this.#length;
  resetLocal() {
    this.#length = 0;
  }
  toState = () => this.#length;
  mergeState(length) {
    this.#length = Math.max(this.#length, length);
  }
}
class OtherLongest extends Longest {}

async function run(transport) {
  const env = ExecutionEnvironment.onEngine(collectionEngine(host, transport === undefined ? {} : { functionTransport: transport }), { parallelism: 2 });
  env.setUp(() => {
    (globalThis[Symbol.for("fluent.setUp")] ??= []).push("first");
  });
  env.setUp(async () => {
    await Promise.resolve();
    globalThis[Symbol.for("fluent.setUp")].push("second");
  });
  const cache = perSlot(() => ({ seen: new Map(), made: Symbol("own") }));
  const centroids = env.fromCollection([10, 20]);
  const other = env.fromCollection([1]);
  class AddAll extends RichMapFunction {
    map(x, context) {
      const sum = context.getBroadcastVariable(centroids).reduce((a, b) => a + b, 0);
      return x + sum;
    }
  }
  class ReadOther extends RichMapFunction {
    map(_x, context) {
      return context.getBroadcastVariable(other).length;
    }
  }
  const numbers = env.fromCollection([1, 2, 3, 2]);
  const added = await numbers.map(new AddAll()).withBroadcastSet(centroids).collect();
  const counted = await numbers
    .map((x) => {
      const { seen } = cache();
      seen.set(x, (seen.get(x) ?? 0) + 1);
      return seen.get(x);
    })
    .collect();
  const longest = await env
    .fromCollection(["a", "abc", "ab"])
    .rebalance()
    .map((text, context) => {
      context.getAccumulator("longest", Longest).add(text);
      return text;
    })
    .count()
    .then(() => {
      const result = env.getLastJobExecutionResult();
      const conflict = (type) => {
        try {
          return result.getAccumulatorResult("longest", type);
        } catch (error) {
          return error.code;
        }
      };
      return [conflict(Longest), conflict(OtherLongest), result.getAccumulatorResult("longest")];
    });
  const refused = await numbers.map(new ReadOther()).withBroadcastSet(centroids, "centroids").collect().then(() => "none", (error) => error.message);
  await env.close();
  const setUps = globalThis[Symbol.for("fluent.setUp")];
  delete globalThis[Symbol.for("fluent.setUp")];
  return { added: added.sort(), counted: counted.sort(), longest, refused, setUps };
}

process.stdout.write(JSON.stringify({ plain: await run(undefined), sent: await run(functionTransport) }), () => process.exit(0));
