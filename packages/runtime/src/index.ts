// Jobs
export type { JobMemory, MemoryDemand } from "./job/job-memory.js";
export type { FunctionObject, JobObjects } from "./job/job-objects.js";
export type { VertexProgress } from "./job/job-progress.js";
export type { LocalJob, LocalJobOptions, LocalJobResult } from "./job/local-job.js";
export { runJob } from "./job/run-job.js";
// Kernels
export { jobMemory } from "./memory/job-memory.js";
// Memory
export { JobScope } from "./memory/job-scope.js";
export { MemoryManager, type MemoryRequest } from "./memory/memory-manager.js";
export type { MemoryGrant, MemoryReservation } from "./memory/memory-reservation.js";
export { memorySizeBytes, requireMemoryOfMachine } from "./memory/memory-size.js";
export type { PageBudget, PageSupply } from "./memory/page-budget.js";
export type { PageRange } from "./memory/page-ranges.js";
export { processMemory } from "./memory/process-memory.js";
// What tasks measure
export type { FlowReport, TaskReport } from "./metrics/task-metrics.js";
// Spilling
export { createSpillSpace, type SpillOptions } from "./spill/scratch-spill-space.js";
export type { SpillFile, SpillSpace } from "./spill/spill-space.js";
// Subtasks from outside
export { type AccumulatorState, accumulatorStates, mergeAccumulatorStates } from "./subtask/accumulator-states.js";
export { type CollectedFramesOptions, recordsOfFrames } from "./subtask/collected-frames.js";
export {
  type CoordinatorOptions,
  coordinateSupersteps,
  type IterationCoordinator,
} from "./subtask/coordinate-supersteps.js";
export { type FailureDetailsJson, type FailureJson, failureFromJson, failureToJson } from "./subtask/failure-json.js";
export {
  FRAME_HEADER_BYTES,
  type Frame,
  type FrameHeader,
  type FrameKind,
  type FrameStream,
  jobHashOf,
  readFrame,
  writeFrame,
} from "./subtask/frame.js";
export { type RunningSubtask, runSubtask, type SubtaskOptions, type SubtaskResult } from "./subtask/run-subtask.js";
export { subtaskGraph } from "./subtask/subtask-graph.js";
export { type SubtaskStage, subtaskStages } from "./subtask/subtask-stages.js";
export { subtaskStreams } from "./subtask/subtask-streams.js";
