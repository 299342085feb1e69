// Contracts of the runtime
export type { ChannelEvent, InputChannel, OutputChannel } from "./exchange/exchange.js";
export type { PageBudget } from "./memory/page-budget.js";
export type { PageCursor, RowCursor } from "./rows/row-cursor.js";
export type { LayoutTable, StreamLayout } from "./rows/stream-layout.js";
export type { SpillFile, SpillSpace } from "./spill/spill-space.js";
export type {
  Driver,
  DriverContext,
  DriverFactory,
  PageInFlight,
  RecordOutput,
  Steps,
  TaskFunction,
  Wait,
} from "./task/driver.js";
