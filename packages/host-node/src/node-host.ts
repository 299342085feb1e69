import type { Host } from "@millrace/core";
import { nodeAsyncContext } from "./node-async-context.js";
import { nodeClock, nodeRandom, nodeTimers } from "./node-clock.js";
import { nodeCompression } from "./node-compression.js";
import { NodeFileSystem } from "./node-file-system.js";
import { nodeInspector } from "./node-inspector.js";
import { NodeScratch } from "./node-scratch.js";
import { nodeScripts } from "./node-scripts.js";
import { nodeSockets } from "./node-sockets.js";
import { nodeProcess, nodeTerminal } from "./node-terminal.js";
import { nodeWorkers } from "./node-workers.js";

/**
 * Returns the host of this Node.js process: the system's clock, timers, files, compression, terminal, sockets, threads, inspector and modules.
 * @public
 */
export function nodeHost(): Host {
  return {
    name: `node ${process.versions.node}`,
    clock: nodeClock,
    timers: nodeTimers,
    random: nodeRandom,
    files: new NodeFileSystem(),
    scratch: new NodeScratch(),
    compression: nodeCompression,
    terminal: nodeTerminal,
    process: nodeProcess,
    asyncContext: nodeAsyncContext,
    sockets: nodeSockets,
    workers: nodeWorkers,
    inspector: nodeInspector,
    scripts: nodeScripts,
  };
}
