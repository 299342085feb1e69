// Runs the conformance kit on the collection engine with every function captured and revived, in the same thread.
import { captureFunctions, decodeCapturedGraph, encodeCapturedGraph, originalOf, reviveFunctions } from "@millrace/closures";
import { collectionEngine } from "@millrace/environment-collection";
import { nodeHost } from "@millrace/host-node";
import * as kit from "@millrace/testing";

const host = nodeHost();
let numFunctions = 0;
const functionTransport = (functions, { setUp, handleOf, restoreHandle }) => {
  const graph = captureFunctions(functions, host, { setUp, handleOf });
  const bytes = encodeCapturedGraph(graph);
  numFunctions += functions.length;
  return reviveFunctions(decodeCapturedGraph(bytes), host.scripts, { restoreHandle }).then(({ functions, idOf }) => ({
    functions,
    originalOf: (copy) => originalOf(graph, idOf(copy)),
  }));
};

const engine = collectionEngine(host, { functionTransport });
const report = await kit.runConformance({ engine });
process.stdout.write(JSON.stringify({ numFunctions, report }), () => process.exit(0));
