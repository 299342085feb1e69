export type { Engine, EngineFactory, Job, JobOptions, JobProgress, JobResult, SetUpFunction } from "./engine.js";
export { registerEngine, registeredEngines } from "./registry.js";
