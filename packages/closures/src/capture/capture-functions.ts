import {
  type ErrorPlace,
  type Host,
  type HostInspector,
  type HostScripts,
  type InspectionSession,
  MillraceError,
} from "@millrace/core";
import { parseWholeScript } from "../script-source.js";
import { BuiltIns } from "./built-ins.js";
import type { CaptureTools } from "./capture.js";
import { CaptureRun, type HandleOf } from "./capture-run.js";
import { rememberOriginals } from "./originals.js";
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
  const { graph, run } = captureOnce(functions, host, options);
  rememberOriginals(graph, run.functions());
  return graph;
}

/** Captures, and gives the run too, which knows what in the program the graph describes. */
export function captureOnce(
  functions: readonly UserFunction[],
  host: Host,
  options: CaptureOptions,
): { readonly graph: CapturedGraph; readonly run: CaptureRun } {
  const tools = toolsOf(host);
  const start = host.clock.monotonic();
  const session = tools.prepared ?? tools.inspector.open();
  tools.prepared = undefined;
  try {
    const run = new CaptureRun(tools, session, host.clock, options.handleOf ?? (() => undefined));
    const root = ({ value, where }: UserFunction) => ({ value, where, label: labelOf(value, session) });
    const graph = run.capture(functions.map(root), (options.setUp ?? []).map(root), processOf(host));
    warnOf(graph, host.clock.monotonic() - start, options.warn);
    return { graph, run };
  } finally {
    session.close();
  }
}

/**
 * Does beforehand what makes the first capture of a process slow: above all the engine lists its scripts. Call it where there is something
 * to wait for, such as workers that start. A no-op where functions cannot be captured, and when it has been done.
 * @beta
 */
export function prepareCapture(host: Host): void {
  if (host.inspector === undefined || host.scripts === undefined) return;
  const isFirst = !toolsOfInspectors.has(host.inspector);
  const tools = toolsOf(host);
  if (!isFirst || tools.prepared !== undefined) return;
  tools.prepared = tools.inspector.open();
  tools.prepared.prepare();
  // The engine compiles code when it runs first: the parser's, the analysis's and that which reads variables.
  const look = (): unknown => tools;
  for (const scope of tools.prepared.inspect(look)?.scopes ?? []) if (scope.kind !== "global") scope.read(["tools"]);
  tools.prepared.release();
  const practice = parseWholeScript(PRACTICE, "module");
  if (practice.kind === "script") practice.functionAt(1, PRACTICE.indexOf("("));
}

function toolsOf(host: Host): CaptureTools {
  const { inspector, scripts } = host;
  if (inspector === undefined || scripts === undefined) {
    throw new MillraceError({
      code: "UNSUPPORTED_BY_HOST",
      what: `The host ${host.name} cannot look into functions, so they cannot be sent to a worker`,
      expected: "Node.js with its inspector",
      fix: "Run the job inline, in the calling thread, and without checkCaptures.",
    });
  }
  let tools = toolsOfInspectors.get(inspector);
  if (tools === undefined) {
    tools = {
      inspector,
      host: scripts,
      builtIns: new BuiltIns(mainGlobalOf(scripts)),
      scripts: new ScriptTable(scripts),
      prepared: undefined,
    };
    toolsOfInspectors.set(inspector, tools);
  }
  return tools;
}

function mainGlobalOf(scripts: HostScripts): object {
  return scripts.evaluate("globalThis", { url: "millrace:global", line: 1, column: 1 }) as object;
}

/** Has a bit of what scripts have. */
const PRACTICE =
  'import { a } from "b"; const f = async ({ c, ...d }, [e] = [1]) => { for (const each of c) if (each?.n > 1) { try { return a(`c`, { e, d }); } ' +
  "catch (error) { throw new Error(error); } } }; class G extends Object { #h = 1; static i() { return super.k(); } }";

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
