import {
  type ErrorPlace,
  type Host,
  type HostInspector,
  type HostScripts,
  type InspectionSession,
  MillraceError,
} from "@millrace/core";
import { BuiltIns } from "./built-ins.js";
import type { CaptureTools } from "./capture.js";
import { CaptureRun, type HandleOf } from "./capture-run.js";
import { ScriptTable } from "./script-table.js";
import type { CapturedGraph, WireProcess } from "./wire.js";

/** More than this many bytes are worth a warning. */
const WARNED_SIZE_BYTES = 1024 * 1024;
/** More than this many milliseconds are worth a warning. */
const WARNED_CAPTURE_MS = 50;

/** Is a function of the user's on its way into a job. @beta */
export interface UserFunction {
  /** A function, a class, a rich function object, or an object of methods. */
  readonly value: unknown;
  /** The operator that it was given to, for messages. */
  readonly where: ErrorPlace;
}

/** Settings of {@link captureFunctions}. @beta */
export interface CaptureOptions {
  /** What `env.setUp` was given: runs once in each worker before anything else. */
  readonly setUp?: readonly UserFunction[] | undefined;
  /** Gives the data that travel in place of an object with a meaning of its own, such as a data set; undefined for all others. */
  readonly handleOf?: HandleOf | undefined;
  /** Hears what is worth a look and no error: a slow capture, much data. */
  readonly warn?: ((message: string) => void) | undefined;
}

/** What is kept between captures of one host: built-ins and parsed scripts. */
const toolsOfInspectors = new WeakMap<HostInspector, CaptureTools>();

/**
 * Captures user functions with everything that they refer to, in one synchronous step and as one graph: what two of them share is
 * shared in the copy too. None of the program's code is run.
 *
 * Throws CAPTURE_REFUSED, with the path that leads to the value, for whatever cannot travel, CAPTURED_VARIABLE_ASSIGNED,
 * CAPTURE_TOO_LARGE, and UNSUPPORTED_BY_HOST where functions cannot be looked into.
 * @beta
 */
export function captureFunctions(
  functions: readonly UserFunction[],
  host: Host,
  options: CaptureOptions = {},
): CapturedGraph {
  const tools = toolsOf(host);
  const start = host.clock.monotonic();
  const session = tools.inspector.open();
  try {
    const run = new CaptureRun(tools, session, host.clock, options.handleOf ?? (() => undefined));
    const root = ({ value, where }: UserFunction) => ({ value, where, label: labelOf(value, session) });
    const graph = run.capture(functions.map(root), (options.setUp ?? []).map(root), processOf(host));
    warnOf(graph, host.clock.monotonic() - start, options.warn);
    return graph;
  } finally {
    session.close();
  }
}

function toolsOf(host: Host): CaptureTools {
  const { inspector, scripts } = host;
  if (inspector === undefined || scripts === undefined) {
    throw new MillraceError({
      code: "UNSUPPORTED_BY_HOST",
      what: `The host ${host.name} cannot look into functions, so they cannot be sent to a worker`,
      expected: "Node.js with its inspector",
      fix: "Run the job inline, in the calling thread.",
    });
  }
  let tools = toolsOfInspectors.get(inspector);
  if (tools === undefined) {
    tools = {
      inspector,
      host: scripts,
      builtIns: new BuiltIns(mainGlobalOf(scripts)),
      scripts: new ScriptTable(scripts),
    };
    toolsOfInspectors.set(inspector, tools);
  }
  return tools;
}

function mainGlobalOf(scripts: HostScripts): object {
  return scripts.evaluate("globalThis", { url: "millrace:global", line: 1, column: 1 }) as object;
}

/** Takes a copy of what the program was started with: it may change before the job runs. */
function processOf({ process: { argv, execArgv, env } }: Host): WireProcess {
  const variables = Object.entries(env).filter((each): each is [string, string] => each[1] !== undefined);
  return { argv: [...argv], execArgv: [...execArgv], env: Object.fromEntries(variables) };
}

function labelOf(value: unknown, session: InspectionSession): string {
  const isReadable = typeof value === "function" && !session.isProxy(value);
  const name: unknown = isReadable ? Object.getOwnPropertyDescriptor(value, "name")?.value : undefined;
  return typeof name === "string" && name !== "" ? name : "the function";
}

function warnOf(graph: CapturedGraph, milliseconds: number, warn: CaptureOptions["warn"]): void {
  if (graph.sizeBytes > WARNED_SIZE_BYTES) {
    warn?.(
      `The functions of this job captured ${(graph.sizeBytes / 1024 / 1024).toFixed(1)} MiB; a broadcast set is cheaper.`,
    );
  }
  if (milliseconds > WARNED_CAPTURE_MS)
    warn?.(`Capturing the functions of this job took ${Math.round(milliseconds)} ms.`);
}
