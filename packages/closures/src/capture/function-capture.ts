/**
 * Captures functions and classes: the code from the running script, found by position, the values of its free names from the scopes,
 * and what the object has that its code does not say.
 *
 * Every captured variable is a constant in the copy, since a function that assigns one is refused. So it does not matter
 * whether two functions share a variable: both get its value of this moment.
 */
import { type InspectedFunction, MillraceError } from "@millrace/core";
import type { FunctionAnalysis } from "../analysis.js";
import { PER_SLOT } from "../per-slot.js";
import type { FunctionSite } from "../script-source.js";
import { type AnyNode, partsOf } from "../syntax.js";
import { BUILT_IN_GLOBALS } from "./built-ins.js";
import { attributesOf, type Capture } from "./capture.js";
import { type ClassMember, codeOf, type FunctionCode, HERITAGE_NAME, literalKeysAround, withoutName } from "./code.js";
import { below, type CapturePath, FIXES, pathTextOf } from "./refusal.js";
import type { KnownScript } from "./script-table.js";
import { CONFIGURABLE, type WireNode, type WireOwn, type WireProperty, type WireValue, WRITABLE } from "./wire.js";

/** Whose code a function is. */
export type FunctionOrigin = "user" | "package" | "host" | "millrace" | "native";

/** A function of the user's and what its script tells of it. */
interface FunctionSource {
  readonly inspected: InspectedFunction;
  readonly known: KnownScript;
  readonly site: FunctionSite;
  readonly code: FunctionCode;
}

/** A method that a class's text makes, by the function object. */
interface MemberOf {
  readonly owner: object;
  readonly member: ClassMember;
}

/** Names that tools put into code to count what runs; a copy would count elsewhere. */
const INSTRUMENTATION = /^(?:cov_|__cov|__coverage__|stryMut|stryCov|__VITEST_COVERAGE)/;
/** Variables that hold a module, of which only what is named is taken. */
const MODULE_VARIABLE = /^(?:import_|__vi(?:te)?_|exports$|module$)/;

/** Those of them that test runners make, which may be wrapped into a Proxy. */
const RUNNER_VARIABLE = /^__vi(?:te)?_/;

/** The codes of the functions of a script, kept as long as its parsed form. */
const codes = new WeakMap<FunctionSite, FunctionCode>();

/** Describes functions for one capture. */
export class FunctionCapture {
  readonly #run: Capture;
  readonly #members = new Map<object, MemberOf>();
  readonly #homes = new Map<object, object>();
  readonly #units = new Map<string, number>();
  readonly #origins = new Map<object, FunctionOrigin>();

  constructor(run: Capture) {
    this.#run = run;
  }

  describe(value: object, path: CapturePath): WireNode {
    this.#run.countFunction(path);
    const kind = this.#run.session.kindOf(value);
    if (kind === "proxy") this.#run.refuse(path, "a Proxy", FIXES.data);
    if (kind === "bound function") {
      this.#run.refuse(path, "a bound function", "Write an arrow function around the call: (x) => object.method(x).");
    }
    if (isMock(value)) this.#run.refuse(path, "a mock function", "Write the function down, or run the job inline.");
    const member = this.#members.get(value);
    if (member !== undefined) return this.#member(value, member, path);
    const factory: unknown = Object.getOwnPropertyDescriptor(value, PER_SLOT)?.value;
    if (factory !== undefined) return { type: "perSlot", factory: this.#run.value(factory, below(path, "perSlot")) };
    try {
      return this.#function(value, path);
    } finally {
      this.#run.session.release();
    }
  }

  #function(value: object, path: CapturePath): WireNode {
    const inspected = this.#run.session.inspect(value);
    if (inspected === undefined) return this.#foreign(value, path, "a native function to which no path leads");
    const known = this.#run.tools.scripts.get(inspected.scriptId, this.#run.session);
    if (known.origin === "package" || known.origin === "host") {
      if (isRequire(value)) return { type: "require", from: requireBaseOf(value) };
      const whose = known.origin === "host" ? "Node.js" : "a package";
      return this.#foreign(
        value,
        path,
        `a function of ${whose} that is not among the exports of what the program imports`,
      );
    }
    this.#run.packages.noteScript(known, inspected);
    // What Millrace does not export, such as the function objects of its own operators, travels as the user's code does.
    const now = this.#run.packageReference(value, path, known.origin === "millrace");
    if (now !== undefined) return now;
    const source = this.#sourceOf(value, inspected, known, path);
    this.#checkUses(source.code.analysis, source.code.members !== undefined, path);
    return this.#describe(value, source, path);
  }

  /** A method that the program replaced on a built-in prototype is named by what calls it, on whatever value. */
  #checkReplaced(text: string, path: CapturePath): void {
    for (const name of this.#run.replacedNames) {
      const at = text.indexOf(`.${name}`);
      if (at < 0 || /[\w$]/.test(text.charAt(at + name.length + 1))) continue;
      this.#run.refuse(
        path,
        `a function that uses .${name}, a built-in method which the program has replaced`,
        FIXES.setUp,
      );
    }
  }

  #foreign(value: object, path: CapturePath, what: string): WireNode {
    const builtIn = this.#run.tools.builtIns.lazyPathOf(value);
    if (builtIn !== undefined) return { type: "intrinsic", path: builtIn };
    return this.#run.packageReference(value, path, true) ?? this.#run.refuse(path, what, FIXES.perSlot);
  }

  #sourceOf(value: object, inspected: InspectedFunction, known: KnownScript, path: CapturePath): FunctionSource {
    const { parsed, script } = known;
    if (parsed === undefined) return this.#run.refuse(path, "a function whose script cannot be read", FIXES.inline);
    const line = inspected.line - script.lineOffset;
    const column = line === 1 ? inspected.column - script.columnOffset : inspected.column;
    const site = parsed.siteAt(line, column);
    if (site === undefined) return this.#run.refuse(path, "a function that is not where its script says", FIXES.inline);
    let code = codes.get(site);
    if (code === undefined) {
      const made = codeOf(parsed, site, script.source);
      if ("reason" in made) return this.#run.refuse(path, `a function or class ${made.reason}`, FIXES.inline);
      code = made;
      codes.set(site, code);
    }
    if (!Function.prototype.toString.call(value).endsWith(code.source)) {
      return this.#run.refuse(path, "a function that is not where its script says", FIXES.inline);
    }
    return { inspected, known, site, code };
  }

  #checkUses({ uses, privateNames, freeNames }: FunctionAnalysis, isClass: boolean, path: CapturePath): void {
    const around = "of the function around it";
    if (uses.directEval.length > 0)
      this.#run.refuse(path, "a function with a direct eval", "Use (0, eval)(…), or no eval.");
    if (uses.importMeta.length > 0) this.#run.refuse(path, "a function that uses import.meta", FIXES.parameter);
    if (uses.outerThis.length > 0) this.#run.refuse(path, `a function that uses the this ${around}`, FIXES.parameter);
    if (uses.outerArguments.length > 0)
      this.#run.refuse(path, `a function that uses the arguments ${around}`, FIXES.parameter);
    if (uses.outerNewTarget.length > 0)
      this.#run.refuse(path, `a function that uses the new.target ${around}`, FIXES.parameter);
    if (uses.outerSuper.length > 0) this.#run.refuse(path, `a function that uses the super ${around}`, FIXES.parameter);
    if (privateNames.length > 0) {
      this.#run.refuse(
        path,
        `a function that uses #${privateNames[0]!.name} of a class that does not come with it`,
        FIXES.privateFields,
      );
    }
    for (const { name, assignments } of freeNames) {
      if (INSTRUMENTATION.test(name))
        this.#run.refuse(path, "a function that was instrumented to measure coverage", FIXES.inline);
      if (assignments.length === 0) continue;
      throw new MillraceError({
        code: "CAPTURED_VARIABLE_ASSIGNED",
        what: `The ${isClass ? "class" : "function"} at ${pathTextOf(path)} assigns the captured variable "${name}"`,
        expected: "a function that only reads the variables around it, since each worker has a copy of it",
        where: this.#run.where,
        fix: "To count, use an accumulator. To keep something between calls, use perSlot(() => …) or a field of a rich function.",
      });
    }
  }

  #describe(value: object, source: FunctionSource, path: CapturePath): WireNode {
    const { code, inspected, known, site } = source;
    const names: string[] = [];
    const environment: WireValue[] = [];
    let text = code.text;
    const values = this.#valuesOf(value, source, path);
    this.#checkReplaced(text, path);
    for (const [name, captured] of values) {
      if (name === code.declaredName && captured === value) continue;
      if (name === code.declaredName) text = withoutName(text, name);
      names.push(name);
      environment.push(this.#capturedValue(name, captured, code, below(path, name)));
    }
    if (code.importName !== undefined) {
      names.push(code.importName);
      environment.push(this.#run.addNode({ type: "importer", from: known.script.url }));
    } else if (code.analysis.uses.dynamicImport.length > 0) {
      this.#run.refuse(path, "a function with import() whose names leave none for it", FIXES.inline);
    }
    this.#run.session.release();
    const home = code.usesSuper ? this.#homeOf(value, source, path) : undefined;
    const unitKey = `${inspected.scriptId}:${code.line}:${code.column}:${names.join()}:${text === code.text}`;
    let unit = this.#units.get(unitKey);
    if (unit === undefined) {
      const { form, line, column, analysis } = code;
      const { isAsync, isGenerator } = analysis;
      const isStrict = site.parsed.strictness === "strict" || code.members !== undefined;
      const script = this.#run.scripts.indexOf(known, code, code.source);
      unit =
        this.#run.units.push({
          text,
          form,
          isAsync,
          isGenerator,
          isStrict,
          script,
          line: line + known.script.lineOffset,
          column,
          names,
        }) - 1;
      this.#units.set(unitKey, unit);
      this.#run.addSize(text.length, path);
    }
    return {
      type: "function",
      unit,
      environment,
      ...(home === undefined ? {} : { home }),
      ...this.#own(value, code, path),
    };
  }

  /** Reads the free names: scope by scope from the inside, then from the global object. */
  #valuesOf(value: object, { code, inspected, known, site }: FunctionSource, path: CapturePath): Map<string, unknown> {
    const found = new Map<string, unknown>();
    let pending = code.analysis.freeNames.map(({ name }) => name);
    if (code.hasHeritage) {
      found.set(HERITAGE_NAME, Object.getPrototypeOf(value));
      pending = pending.filter((name) => name !== HERITAGE_NAME);
    }
    for (const scope of inspected.scopes) {
      if (pending.length === 0 || scope.kind === "global") break;
      if (scope.kind === "with") this.#run.refuse(path, "a function inside of a with statement", FIXES.parameter);
      const variables = scope.read(pending);
      for (const [name, variable] of variables) {
        const isEarly =
          variable.isUninitialized === true ||
          (variable.isUninitialized === "maybe" && !isSurelyInitialized(name, site, known));
        if (isEarly) {
          this.#run.refuse(
            below(path, name),
            "a variable that is not yet initialized",
            "Start the job after the line that declares it.",
          );
        }
        found.set(name, variable.value);
      }
      pending = pending.filter((name) => !variables.has(name));
    }
    for (const name of pending) this.#global(name, code.analysis, found, path);
    return found;
  }

  /** A name in no scope: a built-in stays a name, what the program put on the global object is captured. */
  #global(name: string, analysis: FunctionAnalysis, found: Map<string, unknown>, path: CapturePath): void {
    if (BUILT_IN_GLOBALS.has(name)) {
      this.#checkBuiltIn(name, analysis, path);
      return;
    }
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
    // A name that exists nowhere throws a ReferenceError here as there.
    if (descriptor === undefined) return;
    if (!("value" in descriptor))
      this.#run.refuse(below(path, name), "a global that is read by a getter", FIXES.parameter);
    found.set(name, descriptor.value);
  }

  #checkBuiltIn(name: string, analysis: FunctionAnalysis, path: CapturePath): void {
    const { members } = analysis.freeNames.find((free) => free.name === name)!;
    const { replacedNames } = this.#run;
    const replaced = [name, ...(members === "whole" ? [] : members)].find((each) => replacedNames.has(each));
    if (replaced !== undefined) {
      this.#run.refuse(
        below(path, name),
        `the built-in ${replaced === name ? name : `${name}.${replaced}`}, which the program has replaced`,
        FIXES.setUp,
      );
    }
    const value: unknown = Object.getOwnPropertyDescriptor(globalThis, name)?.value;
    const origin = typeof value === "function" ? this.originOf(value) : "host";
    if (origin === "user" || origin === "package") {
      this.#run.refuse(below(path, name), `the built-in ${name}, which the program has replaced`, FIXES.setUp);
    }
    if (name !== "globalThis" && name !== "global") return;
    if (members === "whole") this.#run.refuse(below(path, name), "the global object as a whole", FIXES.symbolic);
    for (const member of members) {
      if (BUILT_IN_GLOBALS.has(member) || !Object.hasOwn(globalThis, member)) continue;
      this.#run.refuse(
        below(path, `${name}.${member}`),
        "a property that the program put on the global object",
        `Write ${member} without ${name}.`,
      );
    }
  }

  #capturedValue(name: string, value: unknown, code: FunctionCode, path: CapturePath): WireValue {
    const members = code.analysis.freeNames.find((free) => free.name === name)?.members ?? "whole";
    const isModule =
      members !== "whole" && typeof value === "object" && value !== null && this.#isModuleObject(name, value);
    if (!isModule || this.#run.packages.find(value) !== undefined) return this.#run.value(value, path);
    const properties: WireProperty[] = [];
    // What is no ordinary object is a module of the engine's, or a test runner's wrapper around one, which only passes on.
    const isOpaque = this.#run.session.kindOf(value) !== "ordinary";
    for (const member of members) {
      const at = below(path, member);
      if (isOpaque) {
        if (member in value) properties.push([member, 7, this.#exportOf(value, member, at)]);
      } else {
        const holder = holderOf(value, member);
        if (holder !== undefined) properties.push(this.#run.property(holder, member, path));
      }
    }
    return this.#run.addNode({ type: "object", properties });
  }

  #isModuleObject(name: string, value: object): boolean {
    const kind = this.#run.session.kindOf(value);
    if (kind === "module namespace") return true;
    if (kind === "proxy") return RUNNER_VARIABLE.test(name);
    return kind === "ordinary" && (MODULE_VARIABLE.test(name) || Object.hasOwn(value, "__esModule"));
  }

  #exportOf(namespace: object, name: string, path: CapturePath): WireValue {
    let value: unknown;
    try {
      value = (namespace as Record<string, unknown>)[name];
    } catch {
      this.#run.refuse(path, "an export that is not yet initialized", "Start the job when the module has been loaded.");
    }
    return this.#run.value(value, path);
  }

  // Own properties

  #own(value: object, code: FunctionCode, path: CapturePath): WireOwn {
    const isClass = code.members !== undefined;
    const properties = Reflect.ownKeys(value).map((key): WireProperty => {
      if (key === "prototype") return this.#prototypeProperty(value, isClass, path);
      if ((key === "arguments" || key === "caller") && code.analysis.strictness === "sloppy") return [key];
      return this.#memberProperty(value, value, key, code, true, path);
    });
    const prototype = Object.getPrototypeOf(value) as object | null;
    const isUsual = code.hasHeritage || this.#isUsualPrototype(prototype, code.analysis);
    return {
      ...(isUsual ? {} : { prototype: this.#run.value(prototype, below(path, "[[Prototype]]")) }),
      properties,
      ...(Object.isExtensible(value) ? {} : { isFixed: true }),
    };
  }

  #isUsualPrototype(prototype: object | null, { isAsync, isGenerator }: FunctionAnalysis): boolean {
    if (prototype === null) return false;
    const [root, ...rest] = this.#run.tools.builtIns.pathOf(prototype) ?? [];
    if (!isAsync && !isGenerator) return root === "Function" && rest.join() === "prototype";
    return root === `%${isAsync ? "Async" : ""}${isGenerator ? "Generator" : ""}Function.prototype%`;
  }

  #prototypeProperty(value: object, isClass: boolean, path: CapturePath): WireProperty {
    const descriptor = Object.getOwnPropertyDescriptor(value, "prototype")!;
    const prototype: unknown = descriptor.value;
    if (isClass || (isOwnerOf(value, prototype) && !isBare(prototype as object, 1))) {
      this.#run.value(prototype, below(path, "prototype"));
      return ["prototype"];
    }
    if (isOwnerOf(value, prototype)) return ["prototype"];
    // A generator's prototype has no constructor; the one that it is born with is empty.
    const isBorn = typeof prototype === "object" && prototype !== null && isBare(prototype, 0);
    if (
      isBorn &&
      descriptor.writable === true &&
      this.#isGeneratorPrototype(prototype) &&
      !this.#run.isKnown(prototype)
    )
      return ["prototype"];
    return this.#run.property(value, "prototype", path);
  }

  #isGeneratorPrototype(value: object): boolean {
    const prototype = Object.getPrototypeOf(value) as object | null;
    const [root] = (prototype === null ? undefined : this.#run.tools.builtIns.pathOf(prototype)) ?? [];
    return root?.includes("GeneratorFunction") === true;
  }

  /** Gives a property of a class or its prototype: by its name alone when the text makes it as it is. */
  #memberProperty(
    owner: object,
    holder: object,
    key: PropertyKey,
    code: FunctionCode,
    isStatic: boolean,
    path: CapturePath,
  ): WireProperty {
    const descriptor = Object.getOwnPropertyDescriptor(holder, key)!;
    const attributes = attributesOf(descriptor);
    const usual = "value" in descriptor ? WRITABLE + CONFIGURABLE : CONFIGURABLE;
    if (attributes === usual) {
      const matches = (code.members ?? []).filter((member) => member.key === key && member.isStatic === isStatic);
      const parts = (["value", "get", "set"] as const).filter((part) => descriptor[part] !== undefined);
      const isFromText =
        parts.length > 0 &&
        parts.every((part) => {
          const each: unknown = descriptor[part];
          const member = matches.findLast((candidate) => candidate.part === part);
          return member !== undefined && this.#isMember(each, member) && !this.#run.isKnown(each as object);
        }) &&
        matches.every((member) => parts.includes(member.part));
      if (isFromText) {
        for (const part of parts) {
          this.#members.set(descriptor[part] as object, {
            owner,
            member: matches.findLast((each) => each.part === part)!,
          });
          const each = descriptor[part] as object;
          // Anything that was added to the method itself makes a node of it.
          if (Reflect.ownKeys(each).length > NUM_USUAL_KEYS || !Object.isExtensible(each))
            this.#run.value(each, below(path, String(key)));
        }
        return [this.#run.key(key)];
      }
    }
    if (holder !== owner || code.members !== undefined) {
      for (const part of ["value", "get", "set"] as const) this.noteHome(descriptor[part], holder);
    }
    return this.#run.property(holder, key, path);
  }

  #isMember(value: unknown, member: ClassMember): boolean {
    if (typeof value !== "function") return false;
    const text = Function.prototype.toString.call(value);
    return text === member.text && this.#run.session.kindOf(value) === "function";
  }

  #member(value: object, { owner, member }: MemberOf, path: CapturePath): WireNode {
    const properties = Reflect.ownKeys(value).map(
      (key): WireProperty => (key === "prototype" ? ["prototype"] : this.#run.property(value, key, path)),
    );
    return {
      type: "member",
      of: this.#run.value(owner, path),
      key: this.#run.key(member.key),
      part: member.part,
      isStatic: member.isStatic,
      properties,
      ...(Object.isExtensible(value) ? {} : { isFixed: true }),
    };
  }

  // Prototypes

  /** Gives the function whose prototype an object is. */
  ownerOfPrototype(value: object): object | undefined {
    const owner: unknown = Object.getOwnPropertyDescriptor(value, "constructor")?.value;
    return typeof owner === "function" && isOwnerOf(owner, value) ? owner : undefined;
  }

  originOf(value: object): FunctionOrigin {
    let origin = this.#origins.get(value);
    if (origin === undefined) {
      origin = this.#readOrigin(value);
      this.#origins.set(value, origin);
    }
    return origin;
  }

  #readOrigin(value: object): FunctionOrigin {
    if (this.#run.packages.isMillrace(value)) return "millrace";
    if (this.#run.packages.find(value) !== undefined) return "package";
    if (this.#run.session.kindOf(value) !== "function") return "native";
    try {
      const inspected = this.#run.session.inspect(value);
      if (inspected === undefined) return "native";
      const known = this.#run.tools.scripts.get(inspected.scriptId, this.#run.session);
      if (known.origin === "package" || known.origin === "host") return known.origin;
      this.#run.packages.noteScript(known, inspected);
      const isExported = known.origin === "millrace" && this.#run.packages.findDeep(value) !== undefined;
      return isExported ? "millrace" : "user";
    } finally {
      this.#run.session.release();
    }
  }

  /** Tells whether instances of a class of the user's have private elements. */
  hasPrivates(owner: object, path: CapturePath): boolean {
    return this.#codeOf(owner, path).hasPrivates;
  }

  #codeOf(owner: object, path: CapturePath): FunctionCode {
    try {
      const inspected = this.#run.session.inspect(owner)!;
      const known = this.#run.tools.scripts.get(inspected.scriptId, this.#run.session);
      return this.#sourceOf(owner, inspected, known, path).code;
    } finally {
      this.#run.session.release();
    }
  }

  describePrototype(value: object, owner: object, path: CapturePath): WireNode {
    if (this.originOf(owner) !== "user") {
      return (
        this.#run.packageReference(value, path, true) ??
        this.#run.refuse(path, "the prototype of a class that is not the program's", FIXES.perSlot)
      );
    }
    const code = this.#codeOf(owner, path);
    const of = this.#run.value(owner, below(path, "constructor"));
    const properties = Reflect.ownKeys(value).map(
      (key): WireProperty =>
        key === "constructor" ? ["constructor"] : this.#memberProperty(owner, value, key, code, false, path),
    );
    const prototype = Object.getPrototypeOf(value) as object | null;
    const isUsual = prototype === usualPrototypeOf(owner, code);
    return {
      type: "prototype",
      of,
      properties,
      ...(isUsual ? {} : { prototype: this.#run.value(prototype, below(path, "[[Prototype]]")) }),
      ...(Object.isExtensible(value) ? {} : { isFixed: true }),
    };
  }

  // super

  /** Notes in which object a function was found, which is where `super` of a method starts. */
  noteHome(value: unknown, holder: object): void {
    if (typeof value === "function" && !this.#homes.has(value)) this.#homes.set(value, holder);
  }

  #homeOf(value: object, { site, known }: FunctionSource, path: CapturePath): WireValue {
    const home = this.#homes.get(value);
    const keys = literalKeysAround(site.node as AnyNode, known.parsed!.program, partsOf);
    if (home === undefined || keys === undefined || keys.some((key) => !Object.hasOwn(home, key))) {
      return this.#run.refuse(
        path,
        "a method with super that was taken out of its object",
        "Capture the object itself.",
      );
    }
    return this.#run.value(Object.getPrototypeOf(home), below(path, "[[HomeObject]]"));
  }
}

/** `length` and `name`, and for generators `prototype`. */
const NUM_USUAL_KEYS = 2;

function isOwnerOf(owner: object, prototype: unknown): boolean {
  if (typeof prototype !== "object" || prototype === null) return false;
  if (Object.getOwnPropertyDescriptor(owner, "prototype")?.value !== prototype) return false;
  return Object.getOwnPropertyDescriptor(prototype, "constructor")?.value === owner;
}

/** Tells whether a prototype has nothing but what every function's has. */
function isBare(prototype: object, numKeys: number): boolean {
  if (Reflect.ownKeys(prototype).length !== numKeys || !Object.isExtensible(prototype)) return false;
  return numKeys === 0 || Object.getPrototypeOf(prototype) === Object.prototype;
}

function usualPrototypeOf(owner: object, code: FunctionCode): object | null {
  if (!code.hasHeritage) return /^class\b[^{]*\bextends\s+null\b/.test(code.source) ? null : Object.prototype;
  const base: unknown = Object.getPrototypeOf(owner);
  const prototype: unknown =
    typeof base === "function" ? Object.getOwnPropertyDescriptor(base, "prototype")?.value : null;
  return typeof prototype === "object" || typeof prototype === "function" ? (prototype as object | null) : null;
}

/** Finds who has a property, along the prototypes. */
function holderOf(value: object, key: string): object | undefined {
  for (let holder: object | null = value; holder !== null; holder = Object.getPrototypeOf(holder) as object | null) {
    if (Object.hasOwn(holder, key)) return holder;
  }
  return undefined;
}

function isRequire(value: object): boolean {
  const own = (key: string): unknown => Object.getOwnPropertyDescriptor(value, key)?.value;
  return typeof own("resolve") === "function" && typeof own("cache") === "object" && Object.hasOwn(value, "extensions");
}

/** Gives the folder of the file that a `require` belongs to. It asks Node.js, not the program. */
function requireBaseOf(value: object): string {
  const { resolve } = value as { resolve: { paths(specifier: string): string[] | null } };
  return `${resolve.paths("./x")?.[0] ?? "."}/`;
}

function isMock(value: object): boolean {
  return (
    Object.hasOwn(value, "_isMockFunction") || (Object.hasOwn(value, "mock") && Object.hasOwn(value, "mockReturnValue"))
  );
}

/** Where the engine does not tell: a function that stands behind the declaration was made after it. */
function isSurelyInitialized(name: string, site: FunctionSite, known: KnownScript): boolean {
  let declared: AnyNode | undefined;
  let current: AnyNode | undefined = known.parsed!.program;
  while (current !== undefined && current !== site.node) {
    const parts = partsOf(current);
    for (const part of parts) {
      const declaration = part.type === "ExportNamedDeclaration" && part.declaration ? part.declaration : part;
      if (declaration.type === "ClassDeclaration" && declaration.id?.name === name) declared = declaration;
      if (declaration.type !== "VariableDeclaration" || declaration.kind === "var") continue;
      for (const each of declaration.declarations) {
        if (each.id.type === "Identifier" ? each.id.name === name : true)
          declared = each.id.type === "Identifier" ? each : (declared ?? each);
      }
    }
    current = parts.find((part) => part.start <= site.start && site.node.end <= part.end);
  }
  return declared === undefined || declared.end <= site.start;
}
