// Chains of operators over one record
export { type Chain, makeChain } from "./chain/index.js";
// Calls of user code
export { type CodeContext, UserCode } from "./code/index.js";
// Drivers
export { createSummarizeDriver } from "./drivers/aggregate-drivers.js";
export { createHashJoinDriver } from "./drivers/hash-join-driver.js";
// Jobs
export type { JobMemory, MemoryDemand } from "./job/job-memory.js";
export type { FunctionObject, JobObjects } from "./job/job-objects.js";
export type { VertexProgress } from "./job/job-progress.js";
export type { LocalJob, LocalJobOptions, LocalJobResult } from "./job/local-job.js";
export { runJob } from "./job/run-job.js";
// Kernels
export { sameBytes } from "./kernels/byte-twin.js";
export { EntrySorter, SORTER_SCRATCH_SLOTS } from "./kernels/entry-sorter.js";
export { ENTRIES_PER_PAGE, ENTRY_WORDS } from "./kernels/kernel-layouts.js";
export type {
  AddedNumbers,
  ByteKernels,
  GroupKernels,
  HashKernels,
  JoinKernels,
  Kernels,
  KeyKernels,
  LineKernels,
  MergeKernels,
  NumberKernels,
  RowKernels,
  SortKernels,
} from "./kernels/kernels.js";
export { type KernelOptions, kernelsFor } from "./kernels/kernels-for.js";
export { writeNeedles } from "./kernels/needles.js";
export type { FoldedTuples, PackedField, PackedKernels } from "./kernels/packed-kernels.js";
export { jobMemory } from "./memory/job-memory.js";
// Memory
export { JobScope } from "./memory/job-scope.js";
export { MemoryManager, type MemoryRequest } from "./memory/memory-manager.js";
export type { MemoryGrant, MemoryReservation } from "./memory/memory-reservation.js";
export { defaultMemoryBytes, memorySizeBytes, memorySizeText, requireMemoryOfMachine } from "./memory/memory-size.js";
export type { PageBudget, PageSupply } from "./memory/page-budget.js";
export type { PageRange } from "./memory/page-ranges.js";
export { processMemory } from "./memory/process-memory.js";
export type { WasmMemory } from "./memory/wasm-memory.js";
// What tasks measure
export type { FlowReport, TaskReport } from "./metrics/task-metrics.js";
// Rows and their orders
export { createLayoutTable } from "./rows/layout-table.js";
export type { PageCursor, RowCursor } from "./rows/row-cursor.js";
export { type KeyedElsewhere, RowPairOrder } from "./rows/row-order.js";
export type { LayoutTable, StreamLayout } from "./rows/stream-layout.js";
// Sorting
export { KeyOrder } from "./sort/key-order.js";
export type { RowOrder } from "./sort/sort-keys.js";
export { type RowCombiner, type RowEmitter, Sorter, type SorterOptions } from "./sort/sorter.js";
// Spilling
export { createSpillSpace, type SpillOptions } from "./spill/scratch-spill-space.js";
export type { SpillFile, SpillSpace } from "./spill/spill-space.js";
// Stores of rows
export { type RewindablePages, type RewindableRows, RowStore } from "./stores/row-store.js";
export type { StoreOptions } from "./stores/stored-pages.js";
// Subtasks from outside
export {
  type AccumulatorState,
  accumulatorStates,
  mergeAccumulatorStates,
} from "./subtask/accumulator-states.js";
export { type CollectedFramesOptions, recordsOfFrames } from "./subtask/collected-frames.js";
export {
  type CoordinatorOptions,
  coordinateSupersteps,
  type IterationCoordinator,
} from "./subtask/coordinate-supersteps.js";
export {
  type FailureDetailsJson,
  type FailureJson,
  failureFromJson,
  failureToJson,
} from "./subtask/failure-json.js";
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
// Contracts of drivers
export type {
  ChainContext,
  Driver,
  DriverContext,
  DriverFactory,
  PageInFlight,
  RecordOutput,
  Steps,
  TaskFunction,
  Wait,
} from "./task/driver.js";
