import { watchCaptures } from "@millrace/closures";
import { type EnvironmentOptions, registerEngine } from "@millrace/core";
import { ExecutionEnvironment } from "@millrace/dataset";
import { collectionEngineFactory } from "@millrace/environment-collection";
import { localEngineFactory } from "@millrace/environment-local";
import { nodeHost } from "@millrace/host-node";

/** Importing the umbrella is what makes its engines known; nothing else of it has a side effect. */
registerEngine(collectionEngineFactory(nodeHost(), { watchCaptures }));
registerEngine(localEngineFactory(nodeHost()));

/**
 * Returns an environment that runs programs on arrays, in the calling thread (B005): the one to debug in, and the one that
 * every other engine is compared with. All records are held in memory.
 * @public
 */
export function createCollectionEnvironment(options: EnvironmentOptions = {}): ExecutionEnvironment {
  return ExecutionEnvironment.createEnvironment("collection", options);
}

/**
 * Returns an environment that runs programs on this machine in bounded memory (B003): what does not fit is spilled to disk. All of it happens
 * in the calling thread.
 * @public
 */
export function createLocalEnvironment(options: EnvironmentOptions = {}): ExecutionEnvironment {
  return ExecutionEnvironment.createEnvironment("local", options);
}
