/** Makes what user code of a job sees of its process: all of it is the thread's, but for what the program was started with. */
import { PROCESS_SETTINGS, type ProcessPart, processObject } from "../capture/process-parts.js";
import type { WireProcess } from "../capture/wire.js";
import { missing } from "./revived-modules.js";

/** Holds the process of one revival. */
export class JobProcess {
  readonly #settings: Record<string, unknown>;
  readonly #process: Record<string, unknown>;

  constructor({ argv, execArgv, env }: WireProcess) {
    const thread = processObject() ?? missing("process");
    this.#settings = { argv: [...argv], execArgv: [...execArgv], env: environmentOf(env) };
    this.#process = new Proxy(thread, handlerOf(this.#settings));
  }

  /** Gives a part of it, always the same object. */
  part(part: ProcessPart): object {
    if (part === "process") return this.#process;
    return part === "module" ? moduleOf(this.#process) : (this.#settings[part] as object);
  }
}

/** Values of an environment are texts, whatever they are set to. */
function environmentOf(variables: Readonly<Record<string, string>>): Record<string, string> {
  return new Proxy<Record<string, string>>(
    { ...variables },
    { set: (target, key, value) => Reflect.set(target, key, String(value)) },
  );
}

function handlerOf(settings: Record<string, unknown>): ProxyHandler<Record<string, unknown>> {
  const isSetting = (key: PropertyKey): key is string => (PROCESS_SETTINGS as readonly PropertyKey[]).includes(key);
  return {
    get: (thread, key) => (isSetting(key) ? settings[key] : (Reflect.get(thread, key) as unknown)),
    set: (thread, key, value) => Reflect.set(isSetting(key) ? settings : thread, key, value),
    getOwnPropertyDescriptor(thread, key) {
      const descriptor = Reflect.getOwnPropertyDescriptor(thread, key);
      return isSetting(key) && descriptor?.configurable === true ? { ...descriptor, value: settings[key] } : descriptor;
    },
  };
}

function moduleOf(process: Record<string, unknown>): object {
  const module = Object.create(null) as object;
  for (const name of ["default", ...Object.keys(process)]) {
    Object.defineProperty(module, name, {
      get: () => (name === "default" ? process : process[name]),
      enumerable: true,
    });
  }
  return module;
}
