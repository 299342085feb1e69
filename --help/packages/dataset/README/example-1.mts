import { ExecutionEnvironment, sum } from "@millrace/dataset";
import { collectionEngine } from "@millrace/environment-collection";
import { nodeHost } from "@millrace/host-node";

const env = ExecutionEnvironment.onEngine(collectionEngine(nodeHost()));
const sales = env.fromElements({ shop: "a", amount: 3 }, { shop: "b", amount: 4 }, { shop: "a", amount: 5 });
console.log(await sales.groupBy("shop").aggregate({ total: sum("amount") }).collect());
