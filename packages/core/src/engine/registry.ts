import type { EngineFactory } from "./engine.js";

/** The slot is a property of the global object, so that two copies of this package still meet in it. */
const SLOT = Symbol.for("millrace.engines.v1");

interface Slot {
  [SLOT]?: Map<string, EngineFactory<never>>;
}

function factories(): Map<string, EngineFactory<never>> {
  const slot = globalThis as Slot;
  slot[SLOT] ??= new Map();
  return slot[SLOT];
}

/** Makes an engine known to programs of this process. A factory of the same name is replaced. @public */
export function registerEngine<Plan>(factory: EngineFactory<Plan>): void {
  factories().set(factory.name, factory as EngineFactory<never>);
}

/** Returns the registered factories, highest rank first. @public */
export function registeredEngines<Plan>(): readonly EngineFactory<Plan>[] {
  return [...factories().values()].sort((a, b) => b.rank - a.rank) as unknown as EngineFactory<Plan>[];
}
