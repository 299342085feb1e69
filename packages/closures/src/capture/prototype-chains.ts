/**
 * Follows the prototypes of objects: over classes of the user's to the prototype that the kind of the object begins from. What has another
 * class in between may hold what nobody can see.
 */
import { pathText } from "./built-ins.js";
import type { Capture } from "./capture.js";
import type { ClassCapture } from "./class-capture.js";
import type { FunctionSources } from "./function-sources.js";
import { type CapturePath, FIXES } from "./refusal.js";

const ERROR_PROTOTYPE = /^(?:\w*Error)\.prototype$/;
const MAX_PROTOTYPES = 1_000;

/** Judges prototype chains for one capture. */
export class PrototypeChains {
  readonly #run: Capture;
  readonly #sources: FunctionSources;
  readonly #classes: ClassCapture;
  /** Whether objects with this prototype must be asked for private fields; only chains that are right are here. */
  readonly #checked = new Map<object, { readonly base: string; readonly privates: Privates }>();

  constructor(run: Capture, sources: FunctionSources, classes: ClassCapture) {
    this.#run = run;
    this.#sources = sources;
    this.#classes = classes;
  }

  /** Refuses instances of classes that are not the user's, and objects with private fields. */
  check(value: object, base: string | undefined, path: CapturePath): void {
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype === null || (prototype === Object.prototype && base === undefined)) return;
    let checked = this.#checked.get(prototype);
    if (checked === undefined || checked.base !== (base ?? "")) {
      checked = { base: base ?? "", privates: this.#walkChain(prototype, base, path) };
      this.#checked.set(prototype, checked);
    }
    const { privates } = checked;
    if (privates === "some" || (privates === "unknown" && this.#run.session.privateNamesOf(value).length > 0)) {
      this.#run.refuse(path, "an object with #private fields", FIXES.privateFields);
    }
  }

  #walkChain(first: object, base: string | undefined, path: CapturePath): Privates {
    let privates: Privates = "none";
    let current: object | null = first;
    for (let count = 0; current !== null && count < MAX_PROTOTYPES; count++) {
      if (this.#run.session.isProxy(current))
        this.#run.refuse(path, "an object whose prototype is a Proxy", FIXES.data);
      const builtIn = this.#run.tools.builtIns.pathOf(current);
      if (builtIn !== undefined) {
        const name = pathText(builtIn);
        const isRight =
          name === "Object.prototype" || name === base || (base === "error" && ERROR_PROTOTYPE.test(name));
        if (isRight) return privates;
        this.#run.refuse(path, `an instance of ${name.replace(/\.prototype$/, "")}`, FIXES.perSlot);
      }
      if (this.#run.packages.isMillrace(current)) return privates === "none" ? "unknown" : privates;
      const reference = this.#run.packages.find(current);
      const owner = this.#classes.ownerOfPrototype(current);
      if (reference !== undefined) this.#refuseInstance(owner === undefined ? "" : nameOf(owner), path);
      if (owner !== undefined) {
        const origin = this.#sources.originOf(owner);
        if (origin === "millrace") return privates === "none" ? "unknown" : privates;
        if (origin !== "user") this.#refuseInstance(nameOf(owner), path);
        if (this.#classes.hasPrivates(owner, path)) privates = "some";
      } else if (privates === "none") {
        // An object that serves as a prototype, or the prototype of a class that does not say so.
        privates = "unknown";
      }
      current = Object.getPrototypeOf(current) as object | null;
    }
    return privates;
  }

  #refuseInstance(name: string, path: CapturePath): never {
    return this.#run.refuse(
      path,
      `an instance of the class ${name === "" ? "of a package" : name}, which is not the program's`,
      FIXES.perSlot,
    );
  }
}

/** Whether objects of a class have private elements, which nothing outside can read. */
type Privates = "none" | "some" | "unknown";

function nameOf(owner: object): string {
  const name: unknown = Object.getOwnPropertyDescriptor(owner, "name")?.value;
  return typeof name === "string" ? name : "";
}
