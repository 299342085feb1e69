export type {
  Engine,
  EngineFactory,
  Job,
  JobOptions,
  JobProgress,
  JobResult,
  SetUpFunction,
  SubtaskMetrics,
} from "./engine.js";
export { registerEngine, registeredEngines } from "./registry.js";
