export type { Collector } from "./collector.js";
export type { Lifecycle } from "./lifecycle.js";
export type {
  ADataSetIsNoRecord,
  DeclareTheElementType,
  Plain,
  PlainRecord,
  UseMapAsyncForPromises,
} from "./plain-record.js";
export {
  RICH_FUNCTION,
  RichCoGroupFunction,
  RichCrossFunction,
  RichFilterFunction,
  RichFlatJoinFunction,
  RichFlatMapFunction,
  RichFunction,
  RichGroupCombineFunction,
  RichGroupReduceFunction,
  RichJoinFunction,
  RichMapFunction,
  RichMapPartitionFunction,
  RichReduceFunction,
} from "./rich-functions.js";
export type { BroadcastHandle, RuntimeContext } from "./runtime-context.js";
