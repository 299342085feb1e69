import type { ErrorPlace, HostInspector, HostScripts, InspectionSession } from "@millrace/core";
import type { BuiltIns } from "./built-ins.js";
import type { CapturedScripts } from "./captured-scripts.js";
import type { PackageReferences } from "./package-references.js";
import type { CapturePath } from "./refusal.js";
import type { ReplacedBuiltIns } from "./replaced-built-ins.js";
import type { ScriptTable } from "./script-table.js";
import {
  CONFIGURABLE,
  ENUMERABLE,
  type WireNode,
  type WireProperty,
  type WireUnit,
  type WireValue,
  WRITABLE,
} from "./wire.js";

/** What all captures of a host share. */
export interface CaptureTools {
  readonly inspector: HostInspector;
  readonly host: HostScripts;
  readonly builtIns: BuiltIns;
  readonly scripts: ScriptTable;
  /** Open since a capture was prepared; the next one takes it. */
  prepared: InspectionSession | undefined;
}

/** Is one capture under way, as those see it who describe functions and objects for it. */
export interface Capture {
  readonly session: InspectionSession;
  readonly tools: CaptureTools;
  readonly packages: PackageReferences;
  /** The built-ins that the program has replaced. */
  readonly replaced: ReplacedBuiltIns;
  readonly scripts: CapturedScripts;
  readonly units: WireUnit[];
  readonly chunks: Uint8Array[];
  /** Whether what is captured sets workers up, and so may change what others must find as it was. */
  readonly isSettingUp: boolean;
  /** Where the operator is that is being captured. */
  readonly where: ErrorPlace;

  /** Gives the wire form of any value; what has an identity is described later. */
  value(value: unknown, path: CapturePath): WireValue;
  /** Gives the wire form of a thing of a package of which only some members are used. */
  packageValue(value: object, members: readonly string[], path: CapturePath): WireValue;
  /** Gives what stands for a namespace that is the module of the process; undefined for every other. */
  processModule(namespace: object): WireValue | undefined;
  /** Adds a node without an identity in the program. */
  addNode(node: WireNode): WireValue;
  /** Gives one own property by its descriptor. */
  property(holder: object, key: PropertyKey, path: CapturePath): WireProperty;
  /** Gives the wire form of a property's key. */
  key(key: PropertyKey): WireValue;
  /** Tells whether something has its place in the graph already. */
  isKnown(value: object): boolean;
  /** Gives the reference to something of a package; `isCertain` looks deep. */
  packageReference(value: object, isCertain: boolean): WireNode | undefined;
  /** Counts what the graph takes, and refuses more than may travel. */
  addSize(numBytes: number, path: CapturePath): void;
  countFunction(path: CapturePath): void;
  /** Throws CAPTURE_REFUSED for what stands at `path`. */
  refuse(path: CapturePath, what: string, fix: string): never;
}

/** Gives the attributes of a property as bits. */
export function attributesOf({ writable, enumerable, configurable }: PropertyDescriptor): number {
  return (writable ? WRITABLE : 0) + (enumerable ? ENUMERABLE : 0) + (configurable ? CONFIGURABLE : 0);
}
