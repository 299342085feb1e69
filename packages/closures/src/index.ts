// Source analysis
export {
  type AssignmentForm,
  assignedNamesOf,
  type CapturedAssignment,
  type ExecutionPhase,
  type FieldsRead,
  type FreeName,
  type FreePrivateName,
  type FunctionAnalysis,
  type FunctionKind,
  isAnalyzed,
  type NativeFunctionAnalysis,
  type ParameterAnalysis,
  readNamesOf,
  type SourceAnalysis,
  type SourcePosition,
  type SpecialUse,
  type Strictness,
  type UnparsableAnalysis,
} from "./analysis.js";
export { analyzeFunctionText } from "./analyze-function-text.js";
// Capture
export { BUILT_IN_GLOBALS } from "./capture/built-ins.js";
export {
  type CaptureOptions,
  captureFunctions,
  prepareCapture,
  type UserFunction,
} from "./capture/capture-functions.js";
export type { HandleOf } from "./capture/capture-run.js";
export { decodeCapturedGraph, encodeCapturedGraph } from "./capture/graph-bytes.js";
export { originalOf } from "./capture/originals.js";
export type { CapturedGraph } from "./capture/wire.js";
export { FunctionAnalyzer } from "./function-analyzer.js";
export { type PerSlot, perSlot } from "./per-slot.js";
// Refusals before a job starts
export { type AssignedCapturesOptions, refuseAssignedCaptures } from "./refuse-assigned-captures.js";
export { refuseAssignments } from "./refuse-assignments.js";
// Revival
export { type RevivedFunctions, type ReviveOptions, reviveFunctions } from "./revival/revive.js";
export { parseScript, type ScriptSource } from "./script-source.js";
// Functions that stay
export { type CaptureWatch, watchCaptures } from "./watch-captures.js";
