// Chains of operators over one record
export { type Chain, makeChain } from "./chain/index.js";
// Calls of user code
export { type CodeContext, UserCode } from "./code/index.js";
// Drivers by hashing
export { createAggregateDriver, createSummarizeDriver } from "./drivers/aggregate-drivers.js";
export { createHashJoinDriver } from "./drivers/hash-join-driver.js";
// Contracts of the runtime
export type { ChannelEvent, InputChannel, OutputChannel } from "./exchange/exchange.js";
// Expressions
export {
  expressionOverRecords,
  expressionOverRows,
  type RecordExpression,
  type RowExpression,
} from "./expressions/index.js";
// Jobs
export type { JobMemory, MemoryDemand } from "./job/job-memory.js";
export type { FunctionObject, JobObjects } from "./job/job-objects.js";
export type { VertexProgress } from "./job/job-progress.js";
export type { LocalJob, LocalJobOptions, LocalJobResult } from "./job/local-job.js";
export { runJob } from "./job/run-job.js";
// Kernels
export { sameBytes } from "./kernels/byte-twin.js";
export { EntrySorter, SORTER_SCRATCH_SLOTS } from "./kernels/entry-sorter.js";
export {
  ENTRIES_PER_PAGE,
  ENTRY_BITS,
  ENTRY_SIZE_BYTES,
  ENTRY_SLOTS,
  ENTRY_WORDS,
  MAX_INSERTION_RUN,
  nextDigit,
  SCATTER_SCRATCH_SLOTS,
} from "./kernels/kernel-layouts.js";
export type { ByteKernels, HashKernels, Kernels, NumberKernels, RowKernels, SortKernels } from "./kernels/kernels.js";
export { type KernelOptions, kernelsFor } from "./kernels/kernels-for.js";
export { MAX_NEEDLES, needlesSlots, writeNeedles } from "./kernels/needles.js";
// Memory
export { jobMemory } from "./memory/job-memory.js";
export { MemoryManager, type MemoryRequest } from "./memory/memory-manager.js";
export type { MemoryGrant, MemoryReservation } from "./memory/memory-reservation.js";
export { defaultMemoryBytes, memorySizeBytes, memorySizeText } from "./memory/memory-size.js";
export type { PageBudget } from "./memory/page-budget.js";
export type { PageRange } from "./memory/page-ranges.js";
export { processMemory } from "./memory/process-memory.js";
export { MAX_MEMORY_PAGES, makeSharedMemory, memoryOfWasm, wasmMemoryOf } from "./memory/shared-memory.js";
export type { WasmMemory } from "./memory/wasm-memory.js";
// Metrics
export type { FlowReport, TaskReport } from "./metrics/task-metrics.js";
// Rows
export { copyRow } from "./rows/copy-row.js";
export { createLayoutTable } from "./rows/layout-table.js";
export type { PageCursor, RowCursor } from "./rows/row-cursor.js";
export { RowPairOrder } from "./rows/row-order.js";
export { RowsOfPages } from "./rows/rows-of-pages.js";
export type { LayoutTable, StreamLayout } from "./rows/stream-layout.js";
// Sorting
export { KeyOrder } from "./sort/key-order.js";
export { GroupRows } from "./sort/merge-groups/group-rows.js";
export {
  MergeJoin,
  type MergeJoinOptions,
  MIN_MERGE_JOIN_PAGES,
  type PairSink,
} from "./sort/merge-groups/merge-join.js";
export { PairedGroups, type Side } from "./sort/merge-groups/paired-groups.js";
export type { RowOrder } from "./sort/sort-keys.js";
export { MIN_SORT_PAGES } from "./sort/sort-limits.js";
export { type RowCombiner, type RowEmitter, Sorter, type SorterOptions } from "./sort/sorter.js";
// Spilling
export { createSpillSpace, type SpillOptions } from "./spill/scratch-spill-space.js";
export type { SpillFile, SpillSpace } from "./spill/spill-space.js";
// Stores of rows
export { type RewindablePages, type RewindableRows, RowStore } from "./stores/row-store.js";
export { SpillingRowQueue } from "./stores/spilling-row-queue.js";
export type { StoreOptions } from "./stores/stored-pages.js";
// Subtasks from outside
export { recordsOfFrames } from "./subtask/collected-frames.js";
export {
  FRAME_HEADER_BYTES,
  type Frame,
  type FrameHeader,
  type FrameKind,
  readFrame,
  writeFrame,
} from "./subtask/frame.js";
export type { FrameStream } from "./subtask/frame-input-channel.js";
export { type RunningSubtask, runSubtask, type SubtaskOptions } from "./subtask/run-subtask.js";
export { subtaskStreams } from "./subtask/subtask-streams.js";
// Tasks
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
