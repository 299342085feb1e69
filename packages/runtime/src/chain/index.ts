export { type Chain, makeChain } from "./chain.js";
