/** Holds what came over the wire against the form, so that what revives it can rely on it. */
import { MillraceError } from "@millrace/core";
import { PROCESS_SETTINGS } from "./process-parts.js";

const NODE_TYPES = new Set(
  (
    "intrinsic module symbol object record list array map set date regexp error boxed bytes view nodeBuffer made textEncoder " +
    "textDecoder intl function prototype member branded globalView process require importer perSlot handle"
  ).split(" "),
);
const PROCESS_PARTS = new Set<unknown>(["process", "module", ...PROCESS_SETTINGS]);
const TAGS = new Set(["undefined", "number", "bigint", "node"]);

/** Throws CAPTURE_CORRUPT unless `content` has the form of a graph whose every reference leads to something. */
export function checkContent(content: unknown, numChunks: number): void {
  const graph = record(content, "the graph");
  const scripts = list(graph.scripts, "scripts");
  const units = list(graph.units, "units");
  const nodes = list(graph.nodes, "nodes");
  const started = record(graph.process, "the process");
  for (const argument of [...list(started.argv, "arguments"), ...list(started.execArgv, "options")])
    text(argument, "an argument");
  for (const value of Object.values(record(started.env, "the environment")))
    text(value, "a variable of the environment");
  for (const script of scripts) checkScript(record(script, "a script"));
  for (const unit of units) {
    const each = record(unit, "a unit");
    text(each.text, "the text of a unit");
    index(each.script, scripts.length, "the script of a unit");
    index(each.line, Number.MAX_SAFE_INTEGER, "a line");
    index(each.column, Number.MAX_SAFE_INTEGER, "a column");
    for (const name of list(each.names, "the names of a unit")) {
      if (!/^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u.test(text(name, "a name")))
        fail("a name is no identifier");
    }
  }
  const check = (value: unknown): void => checkValue(value, nodes.length);
  for (const root of [...list(graph.roots, "roots"), ...list(graph.setUp, "set-up functions")]) check(root);
  for (const node of nodes) checkNode(record(node, "a node"), { check, numChunks, units });
}

function checkScript({ url, map }: Record<string, unknown>): void {
  text(url, "the URL of a script");
  if (map === undefined) return;
  const { sources, names, mappings } = record(map, "a source map");
  for (const each of [...list(sources, "sources"), ...list(names, "names"), mappings])
    text(each, "a part of a source map");
}

interface Surroundings {
  readonly check: (value: unknown) => void;
  readonly numChunks: number;
  readonly units: readonly unknown[];
}

function checkNode(node: Record<string, unknown>, { check, numChunks, units }: Surroundings): void {
  const type = text(node.type, "the type of a node");
  if (!NODE_TYPES.has(type)) fail(`the type "${type}" is unknown`);
  if ("chunk" in node) index(node.chunk, numChunks, "a buffer");
  if ("prototype" in node) check(node.prototype);
  for (const key of ["items", "entries", "values", "environment"]) {
    if (key in node) for (const value of list(node[key], key)) check(value);
  }
  for (const key of ["home", "of", "factory", "data", "time", "buffer"]) if (key in node) check(node[key]);
  if ("members" in node) for (const member of list(node.members, "members")) text(member, "a member");
  if ("state" in node) {
    for (const entry of list(node.state, "a state"))
      for (const part of list(entry, "an entry of a state")) text(part, "a part of a state");
  }
  if (type === "branded") text(node.name, "the name of a class");
  if (type === "process" && !PROCESS_PARTS.has(node.part)) fail("a part of the process is unknown");
  if (type === "globalView") for (const name of list(node.names, "names")) text(name, "a name");
  if ("path" in node) for (const step of list(node.path, "a path")) text(step, "a step of a path");
  if ("properties" in node) {
    for (const property of list(node.properties, "properties")) {
      const [key, attributes, ...values] = list(property, "a property");
      check(key);
      if (attributes !== undefined) index(attributes, 8, "the attributes of a property");
      for (const value of values) check(value);
    }
  }
  if (type === "record" && list(node.keys, "keys").length !== list(node.values, "values").length) {
    fail("a record has other keys than values");
  }
  if (type === "function") {
    const unit = record(units[index(node.unit, units.length, "a unit")], "a unit");
    if (list(unit.names, "names").length !== list(node.environment, "an environment").length) {
      fail("a function has other names than values");
    }
  }
}

function checkValue(value: unknown, numNodes: number): void {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean") return;
  const [tag, content] = list(value, "a value");
  if (!TAGS.has(String(tag))) fail("a value has an unknown tag");
  if (tag === "node") index(content, numNodes, "a node");
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) fail(`${what} is no object`);
  return value as Record<string, unknown>;
}

function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) fail(`${what} are no list`);
  return value;
}

function text(value: unknown, what: string): string {
  if (typeof value !== "string") fail(`${what} is no text`);
  return value;
}

function index(value: unknown, limit: number, what: string): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value >= limit)
    fail(`${what} is out of range`);
  return value;
}

function fail(what: string): never {
  throw new MillraceError({
    code: "CAPTURE_CORRUPT",
    what: `Captured functions cannot be read: ${what}`,
    expected: "what this version of Millrace encoded",
    fix: "Let client and workers run the same version of Millrace.",
  });
}
