export type { Engine, EngineFactory, Job, JobOptions, JobProgress, JobResult } from "./engine.js";
export { registerEngine, registeredEngines } from "./registry.js";
