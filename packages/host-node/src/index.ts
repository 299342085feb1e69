export { nodeHost } from "./node-host.js";
