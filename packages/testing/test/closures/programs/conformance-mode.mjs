// Runs the conformance kit on the collection engine with every function captured and revived, in the same thread.
import { captureFunctions, decodeCapturedGraph, encodeCapturedGraph, reviveFunctions } from "@millrace/closures";
import { collectionEngine } from "@millrace/environment-collection";
import { nodeHost } from "@millrace/host-node";
import * as kit from "@millrace/testing";

const host = nodeHost();
let numFunctions = 0;
const restored = [];
const functionTransport = (functions) => {
  const handleOf = (value) => (isDataSet(value) ? { data: restored.push(value) - 1 } : undefined);
  const graph = captureFunctions(functions, host, { handleOf });
  const bytes = encodeCapturedGraph(graph);
  numFunctions += functions.length;
  return reviveFunctions(decodeCapturedGraph(bytes), host.scripts, { restoreHandle: (index) => restored[index] }).then((each) => each.functions);
};

/** A data set is an object whose class or one of its bases is called so. */
function isDataSet(value) {
  if (typeof value !== "object") return false;
  for (let p = Object.getPrototypeOf(value); p !== null; p = Object.getPrototypeOf(p)) {
    const { constructor } = Object.getOwnPropertyDescriptors(p);
    if (/DataSet$|Iteration$|Grouping$/.test(constructor?.value?.name ?? "")) return true;
  }
  return false;
}

const engine = collectionEngine(host, { functionTransport });
const report = await kit.runConformance({ engine });
process.stdout.write(JSON.stringify({ numFunctions, report }), () => process.exit(0));
