// Parts of the runtime by themselves, for what measures them: an entry of the workspace that is not published, in a bundle of its own, so that who
// imports it imports nothing of the package's own entry beside it.
export { makeChain } from "./chain/index.js";
export { UserCode } from "./code/index.js";
export { createSummarizeDriver } from "./drivers/aggregate-drivers.js";
export { createHashJoinDriver } from "./drivers/hash-join-driver.js";
export { sameBytes } from "./kernels/byte-twin.js";
export { EntrySorter, SORTER_SCRATCH_SLOTS } from "./kernels/entry-sorter.js";
export { ENTRIES_PER_PAGE, ENTRY_WORDS } from "./kernels/kernel-layouts.js";
export type { Kernels } from "./kernels/kernels.js";
export { kernelsFor } from "./kernels/kernels-for.js";
export { writeNeedles } from "./kernels/needles.js";
export { jobMemory } from "./memory/job-memory.js";
export { MemoryManager } from "./memory/memory-manager.js";
export type { PageBudget } from "./memory/page-budget.js";
export { processMemory } from "./memory/process-memory.js";
export { createLayoutTable } from "./rows/layout-table.js";
export type { PageCursor, RowCursor } from "./rows/row-cursor.js";
export type { LayoutTable, StreamLayout } from "./rows/stream-layout.js";
export { GatheredRows } from "./sort/gathered-rows.js";
export { KeyOrder } from "./sort/key-order.js";
export { Sorter } from "./sort/sorter.js";
export { createSpillSpace } from "./spill/scratch-spill-space.js";
export type { SpillSpace } from "./spill/spill-space.js";
export { RowStore } from "./stores/row-store.js";
export type { ChainContext, Driver, DriverContext, RecordOutput, Steps } from "./task/driver.js";
