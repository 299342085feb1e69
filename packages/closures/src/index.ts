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
export { FunctionAnalyzer } from "./function-analyzer.js";
// Refusals before a job starts
export { type AssignedCapturesOptions, refuseAssignedCaptures } from "./refuse-assigned-captures.js";
export { parseScript, type ScriptSource } from "./script-source.js";
