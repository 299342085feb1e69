// Contracts of the runtime
export type { ChannelEvent, InputChannel, OutputChannel } from "./exchange/exchange.js";
// Jobs
export type { JobMemory, MemoryDemand } from "./job/job-memory.js";
export type { FunctionObject, JobObjects } from "./job/job-objects.js";
export type { LocalJob, LocalJobOptions, LocalJobResult } from "./job/local-job.js";
export type { PageBudget } from "./memory/page-budget.js";
export type { PageCursor, RowCursor } from "./rows/row-cursor.js";
export type { LayoutTable, StreamLayout } from "./rows/stream-layout.js";
export type { SpillFile, SpillSpace } from "./spill/spill-space.js";
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
