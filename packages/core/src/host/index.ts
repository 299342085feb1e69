export { bareHost } from "./bare-host.js";
export type {
  Clock,
  CompressionName,
  Host,
  HostAsyncContext,
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
} from "./host.js";
export type {
  HostInspector,
  HostScripts,
  InspectedFunction,
  InspectedKind,
  InspectedScope,
  InspectedScopeKind,
  InspectedScript,
  InspectedVariable,
  InspectionSession,
  ScriptPlace,
  ScriptSourceMap,
} from "./host-inspector.js";
export type { HostScratch, ScratchFile, ScratchFolder } from "./host-scratch.js";
