export { Configuration, type ParameterValue } from "./configuration.js";
export type { EnvironmentOptions, ExecutionMode } from "./environment-options.js";
