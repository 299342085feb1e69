// Makes an object of every class that a global name leads to, and says what became of it: equal, refused, or wrong.
import { createSecretKey } from "node:crypto";
import { inspect, types } from "node:util";
import { BUILT_IN_GLOBALS, captureFunctions, decodeCapturedGraph, encodeCapturedGraph, reviveFunctions } from "@millrace/closures";
import { nodeHost } from "@millrace/host-node";

const host = nodeHost();
// Some of what is constructed is a function that begins something, such as fetch.
process.on("unhandledRejection", () => {});
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

// One of each kind that the engine tells apart, by the name of the function that tells it.
const keys = await crypto.subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["encrypt"]);
const EXAMPLES = {
  isAnyArrayBuffer: () => new ArrayBuffer(2),
  isArgumentsObject: () => (function () { return arguments; })(1),
  isArrayBuffer: () => new ArrayBuffer(3),
  isArrayBufferView: () => new DataView(new ArrayBuffer(2)),
  isAsyncFunction: () => async () => 1,
  isBigInt64Array: () => new BigInt64Array(1),
  isBigIntObject: () => Object(1n),
  isBigUint64Array: () => new BigUint64Array(1),
  isBooleanObject: () => Object(true),
  isBoxedPrimitive: () => Object("x"),
  isCryptoKey: () => keys,
  isDataView: () => new DataView(new ArrayBuffer(2)),
  isDate: () => new Date(5),
  isEventTarget: () => new EventTarget(),
  isExternal: () => undefined,
  isFloat16Array: () => globalThis.Float16Array && new Float16Array(1),
  isFloat32Array: () => new Float32Array(1),
  isFloat64Array: () => new Float64Array(1),
  isGeneratorFunction: () => function* () {},
  isGeneratorObject: () => (function* () {})(),
  isInt16Array: () => new Int16Array(1),
  isInt32Array: () => new Int32Array(1),
  isInt8Array: () => new Int8Array(1),
  isKeyObject: () => createSecretKey(Buffer.from("0123456789abcdef")),
  isMap: () => new Map([[1, 2]]),
  isMapIterator: () => new Map().keys(),
  isModuleNamespaceObject: () => import("./constants.mjs"),
  isNativeError: () => new Error("x"),
  isNumberObject: () => Object(1),
  isPromise: () => ({ held: Promise.resolve() }),
  isProxy: () => new Proxy({}, {}),
  isRegExp: () => /x/,
  isSet: () => new Set([1]),
  isSetIterator: () => new Set().values(),
  isSharedArrayBuffer: () => new SharedArrayBuffer(1),
  isStringObject: () => Object("x"),
  isSymbolObject: () => Object(Symbol.for("x")),
  isTypedArray: () => new Uint8Array(1),
  isUint16Array: () => new Uint16Array(1),
  isUint32Array: () => new Uint32Array(1),
  isUint8Array: () => new Uint8Array(1),
  isUint8ClampedArray: () => new Uint8ClampedArray(1),
  isWeakMap: () => new WeakMap(),
  isWeakSet: () => new WeakSet(),
};
const kinds = { unknown: Object.keys(types).filter((name) => !(name in EXAMPLES)), wrong: [] };
for (const [name, make] of Object.entries(EXAMPLES)) {
  const made = await make();
  if (made === undefined) continue;
  const held = made.held ?? made;
  let graph;
  try {
    graph = captureFunctions([{ value: () => held, where: {} }], host);
  } catch (error) {
    if (error.code !== "CAPTURE_REFUSED") kinds.wrong.push(`${name}: ${error.stack}`);
    continue;
  }
  const [there] = (await reviveFunctions(graph, host.scripts)).functions;
  // A namespace arrives as an object of its exports, which is what it is to those who read it.
  if (name !== "isModuleNamespaceObject" && types[name]?.(there()) === false) kinds.wrong.push(`${name} became another kind`);
}

process.stdout.write(JSON.stringify({ unknown, kinds, ...outcomes }), () => process.exit(0));
