// Engine
export { type LocalEngineOptions, localEngine, localEngineFactory } from "./engine/local-engine.js";
