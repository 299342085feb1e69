// Engine
export {
  type CollectionEngineOptions,
  collectionEngine,
  collectionEngineFactory,
} from "./engine/collection-engine.js";
