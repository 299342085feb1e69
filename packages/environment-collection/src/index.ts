// Engine
export {
  type CollectionEngineOptions,
  collectionEngine,
  collectionEngineFactory,
} from "./engine/collection-engine.js";
export type { FunctionTransport, TransportedFunction } from "./engine/function-transport.js";
