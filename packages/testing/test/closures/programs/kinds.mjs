// Makes an object of every class that a global name leads to, and says what became of it: equal, refused, or wrong.
import { inspect } from "node:util";
import { BUILT_IN_GLOBALS, captureFunctions, decodeCapturedGraph, encodeCapturedGraph, reviveFunctions } from "@millrace/closures";
import { nodeHost } from "@millrace/host-node";

const host = nodeHost();
const QUIET = new Set(["localStorage", "sessionStorage"]);
const unknown = Object.getOwnPropertyNames(globalThis).filter((name) => !BUILT_IN_GLOBALS.has(name));
const classes = new Map();
for (const name of BUILT_IN_GLOBALS) {
  if (QUIET.has(name)) continue;
  const value = globalThis[name];
  if (typeof value === "function") classes.set(name, value);
  if (["Intl", "WebAssembly", "Temporal"].includes(name) && value !== undefined) {
    for (const key of Object.getOwnPropertyNames(value)) if (typeof value[key] === "function") classes.set(`${name}.${key}`, value[key]);
  }
}
const ARGUMENTS = [[], ["en"], [1], ["x"], [{}], [[]], [() => {}], [new ArrayBuffer(8)], ["http://a/"], ["en", { type: "region" }], [2020, 1, 1], [{ initial: 1 }], [0n, "UTC"]];
const SKIPPED = new Set(["Worker", "WebSocket", "EventSource", "BroadcastChannel", "MessageChannel"]);
const outcomes = { equal: [], refused: [], wrong: [], notMade: [] };
for (const [name, maker] of classes) {
  if (SKIPPED.has(name)) continue;
  let made;
  for (const each of ARGUMENTS) {
    try {
      made = Reflect.construct(maker, each);
      break;
    } catch {}
  }
  if (made === undefined) {
    outcomes.notMade.push(name);
    continue;
  }
  const look = () => made;
  let bytes;
  try {
    bytes = encodeCapturedGraph(captureFunctions([{ value: look, where: {} }], host));
  } catch (error) {
    if (error.code === "CAPTURE_REFUSED") outcomes.refused.push(name);
    else outcomes.wrong.push(`${name}: ${error.stack}`);
    continue;
  }
  const { functions } = await reviveFunctions(decodeCapturedGraph(bytes), host.scripts);
  const there = functions[0]();
  const text = (value) => inspect(value, { showHidden: true, depth: 5 }).replace(/\n\s+at .*/g, "");
  const same = text(there) === text(made) && Object.getPrototypeOf(there) === Object.getPrototypeOf(made);
  (same ? outcomes.equal : outcomes.wrong).push(same ? name : `${name}: ${text(made)} became ${text(there)}`);
}
process.stdout.write(JSON.stringify({ unknown, ...outcomes }), () => process.exit(0));
