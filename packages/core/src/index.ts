// Accumulators and aggregators
export {
  type Accumulator,
  type AccumulatorClass,
  type AccumulatorResult,
  AverageAccumulator,
  DoubleCounter,
  Histogram,
  IntCounter,
  ListAccumulator,
  LongCounter,
  MaximumAccumulator,
  MinimumAccumulator,
} from "./accumulators/index.js";
export {
  type Aggregator,
  type AggregatorFactory,
  type ConvergenceCriterion,
  convergesAtZero,
  DoubleSumAggregator,
  LongSumAggregator,
} from "./aggregators/index.js";
// Configuration
export {
  Configuration,
  type EnvironmentOptions,
  type ExecutionMode,
  type ParameterValue,
} from "./configuration/index.js";
// Engines
export {
  type Engine,
  type EngineFactory,
  type Job,
  type JobOptions,
  type JobProgress,
  type JobResult,
  registerEngine,
  registeredEngines,
} from "./engine/index.js";
// Errors
export {
  type ErrorCode,
  type ErrorDetails,
  type ErrorPlace,
  errorCodes,
  invariant,
  isMillraceError,
  MillraceError,
} from "./errors/index.js";
// Expressions
export type {
  CallNode,
  CastTarget,
  ColumnNode,
  ExpressionFunctionName,
  ExpressionNode,
  LiteralNode,
  LiteralValue,
  ParameterNode,
} from "./expressions/index.js";
// Functions
export {
  type BroadcastHandle,
  type Collector,
  type Lifecycle,
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
  type RuntimeContext,
} from "./functions/index.js";
// Hashes
export {
  MAX_PARTITIONS,
  PARTITION_HASH_VERSION,
  partitionHash,
  partitionHashOfBytes,
  partitionOf,
  type TableHashSeed,
  tableHashOfBytes,
} from "./hash/index.js";
// Host
export type {
  Clock,
  CompressionName,
  Host,
  HostCompression,
  HostListener,
  HostProcess,
  HostSocket,
  HostSockets,
  HostWorker,
  HostWorkers,
  RandomSource,
  Terminal,
  TimerHandle,
  Timers,
} from "./host/index.js";
// Sources, sinks and file systems
export type {
  FileStatus,
  FileSystem,
  IoContext,
  ReadableFile,
  Sink,
  SinkWriter,
  Source,
  SourceSplit,
  SourceStatistics,
  SplitDataProperties,
  SubtaskIoContext,
  WritableFile,
  WriteMode,
} from "./io/index.js";
// Keys
export {
  canonicalKeyBytes,
  compareValues,
  equalValues,
  type FieldPath,
  fieldPathText,
  fieldValue,
  keyText,
  parseFieldPath,
  type ValueKind,
} from "./keys/index.js";
// Records
export { checkRecord, MAX_RECORD_DEPTH, normalizeRecord } from "./records/index.js";
// Types
export {
  type AnyType,
  type ArrayType,
  type CustomSerializer,
  type CustomType,
  Decimal,
  type DecimalType,
  type EnumType,
  type InferRow,
  type InferVariant,
  type MapType,
  type NullableType,
  type OptionalField,
  type OptionalType,
  type RowField,
  type RowType,
  type ScalarKind,
  type ScalarType,
  type TupleType,
  type TypeInformation,
  type TypeKind,
  types,
  type VariantType,
} from "./types/index.js";
