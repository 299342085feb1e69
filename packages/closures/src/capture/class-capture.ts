/**
 * Captures what functions and classes have besides their code: own properties, prototypes, methods.
 *
 * The text of a class makes its methods anew, so a method that is as the text made it travels by its name alone. Whether it is, its text
 * and what it sees tell: a class that is made more than once, as by a mixin, has methods of the same text that see other values.
 */
import type { FunctionAnalysis } from "../analysis.js";
import { type AnyNode, isFunctionNode, partsOf } from "../syntax.js";
import { isObject } from "./built-ins.js";
import { attributesOf, type Capture } from "./capture.js";
import { ClassHomes } from "./class-homes.js";
import type { ClassMember, FunctionCode } from "./code.js";
import type { FunctionSource, FunctionSources } from "./function-sources.js";
import { below, type CapturePath, FIXES } from "./refusal.js";
import { CONFIGURABLE, type WireNode, type WireOwn, type WireProperty, WRITABLE } from "./wire.js";

/** A method that a class's text makes, by the function object. */
interface MemberOf {
  readonly owner: object;
  readonly member: ClassMember;
}

/** What of a class must be known to judge its methods. */
interface ClassView {
  readonly source: FunctionSource;
  /** Whether its text runs once only, so that each of its methods is one object. */
  readonly isMadeOnce: boolean;
}

/** Describes classes for one capture. */
export class ClassCapture {
  readonly #run: Capture;
  readonly #sources: FunctionSources;
  readonly #homes: ClassHomes;
  readonly #members = new Map<object, MemberOf>();
  readonly #views = new Map<object, ClassView>();
  /** Of the prototypes that do not tell it themselves. */
  readonly #owners = new Map<object, object>();

  constructor(run: Capture, sources: FunctionSources) {
    this.#run = run;
    this.#sources = sources;
    this.#homes = new ClassHomes(run, sources);
  }

  /** Gives prototype, own properties and whether new ones may be added. */
  ownOf(value: object, code: FunctionCode, path: CapturePath): WireOwn {
    const isClass = code.members !== undefined;
    if (code.hasPrivates && code.hasHeritage && this.#homes.mayHavePrivatesElsewhere(value)) {
      this.#run.refuse(
        path,
        "a class with #private fields whose base returns objects of others from its constructor, which then have them too",
        FIXES.privateFields,
      );
    }
    const properties = Reflect.ownKeys(value).map((key): WireProperty => {
      if (key === "prototype") return this.#prototypeProperty(value, isClass, path);
      if ((key === "arguments" || key === "caller") && code.analysis.strictness === "sloppy") return [key];
      return this.#memberProperty(value, value, key, code, path);
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
    if (isObject(prototype) && this.#run.session.isProxy(prototype))
      return this.#run.property(value, "prototype", path);
    if (isClass) {
      this.#noteOwner(value, prototype as object, path);
      this.#run.value(prototype, below(path, "prototype"));
      return ["prototype"];
    }
    if (isOwnerOf(value, prototype)) {
      if (descriptor.writable !== true) return this.#run.property(value, "prototype", path);
      if (!isBare(prototype as object, value)) this.#run.value(prototype, below(path, "prototype"));
      return ["prototype"];
    }
    // A generator's prototype has no constructor; the one that it is born with is empty.
    const isBorn = typeof prototype === "object" && prototype !== null && isBare(prototype, undefined);
    if (
      isBorn &&
      descriptor.writable === true &&
      this.#isGeneratorPrototype(prototype) &&
      !this.#run.isKnown(prototype)
    )
      return ["prototype"];
    return this.#run.property(value, "prototype", path);
  }

  /** The prototype of a class is made with the class, also when its constructor property was deleted or says another. */
  #noteOwner(owner: object, prototype: object, path: CapturePath): void {
    if (isOwnerOf(owner, prototype)) return;
    if (this.#run.isKnown(prototype) && !this.#owners.has(prototype)) {
      this.#run.refuse(
        path,
        "a class whose prototype says another constructor, with instances that were met before it",
        "Leave the constructor property of prototypes as it is.",
      );
    }
    this.#owners.set(prototype, owner);
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
    path: CapturePath,
  ): WireProperty {
    const descriptor = Object.getOwnPropertyDescriptor(holder, key)!;
    const members = this.#madeBy(owner, holder, key, descriptor, code, path);
    if (members === undefined) return this.#run.property(holder, key, path);
    for (const member of members) {
      const each = descriptor[member.part] as object;
      this.#members.set(each, { owner, member });
      // Anything that was added to the method itself makes a node of it.
      if (Reflect.ownKeys(each).length > NUM_USUAL_KEYS || !Object.isExtensible(each))
        this.#run.value(each, below(path, String(key)));
    }
    return [this.#run.key(key)];
  }

  /** Gives the members of the text that make a property just as it is; undefined when it is otherwise. */
  #madeBy(
    owner: object,
    holder: object,
    key: PropertyKey,
    descriptor: PropertyDescriptor,
    code: FunctionCode,
    path: CapturePath,
  ): readonly ClassMember[] | undefined {
    const usual = "value" in descriptor ? WRITABLE + CONFIGURABLE : CONFIGURABLE;
    if (code.members === undefined || attributesOf(descriptor) !== usual) return undefined;
    const isStatic = holder === owner;
    const matches = code.members.filter((member) => member.key === key && member.isStatic === isStatic);
    const parts = (["value", "get", "set"] as const).filter((part) => descriptor[part] !== undefined);
    if (parts.length === 0 || matches.some((member) => !parts.includes(member.part))) return undefined;
    const members = parts.map((part) => matches.findLast((candidate) => candidate.part === part));
    const isMade = members.every((member, index) => {
      const each: unknown = descriptor[parts[index]!];
      return member !== undefined && this.#isMember(each, member, owner, below(path, String(key)));
    });
    return isMade ? (members as ClassMember[]) : undefined;
  }

  #isMember(value: unknown, member: ClassMember, owner: object, path: CapturePath): boolean {
    if (typeof value !== "function" || this.#run.isKnown(value)) return false;
    if (Function.prototype.toString.call(value) !== member.text) return false;
    if (this.#run.session.kindOf(value) !== "function") return false;
    const other = this.#members.get(value);
    if (other !== undefined && other.owner !== owner) return this.#isShared(value, path);
    const { isMadeOnce, source } = this.#viewOf(owner, path);
    if (isMadeOnce) return this.#homes.standsIn(value, source);
    return this.#homes.isMadeWith(owner, source, value, member.isStatic, path);
  }

  /** A method of two classes is at home in one, which only `super` and private names can tell. */
  #isShared(value: object, path: CapturePath): false {
    this.#sources.with(value, path, ({ code }) => {
      if (!code.usesSuper && code.analysis.privateNames.length === 0) return;
      this.#run.refuse(
        path,
        "a method with super or private names that two classes have, of which it can be at home in one only",
        "Write the method in both classes.",
      );
    });
    return false;
  }

  #viewOf(owner: object, path: CapturePath): ClassView {
    let view = this.#views.get(owner);
    if (view === undefined) {
      view = this.#sources.with(owner, path, (source) => ({
        source,
        isMadeOnce: runsOnce(source.site.node, source.known.parsed!.program),
      }));
      this.#views.set(owner, view);
    }
    return view;
  }

  /** Describes a method that the text of a class makes; undefined for every other function. */
  describeMember(value: object, path: CapturePath): WireNode | undefined {
    const found = this.#members.get(value);
    if (found === undefined) return undefined;
    const { owner, member } = found;
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

  /** Gives the function whose prototype an object is. */
  ownerOfPrototype(value: object): object | undefined {
    const noted = this.#owners.get(value);
    if (noted !== undefined) return noted;
    const owner: unknown = Object.getOwnPropertyDescriptor(value, "constructor")?.value;
    if (typeof owner !== "function" || this.#run.session.isProxy(owner)) return undefined;
    return isOwnerOf(owner, value) ? owner : undefined;
  }

  /** Tells whether instances of a class of the user's have private elements. */
  hasPrivates(owner: object, path: CapturePath): boolean {
    return this.#viewOf(owner, path).source.code.hasPrivates;
  }

  describePrototype(value: object, owner: object, path: CapturePath): WireNode {
    if (this.#sources.originOf(owner) !== "user") {
      return (
        this.#run.packageReference(value, true) ??
        this.#run.refuse(path, "the prototype of a class that is not the program's", FIXES.perSlot)
      );
    }
    const { code } = this.#viewOf(owner, path).source;
    const of = this.#run.value(owner, below(path, "constructor"));
    const properties = Reflect.ownKeys(value).map(
      (key): WireProperty =>
        key === "constructor" && isUsualConstructor(owner, value)
          ? ["constructor"]
          : this.#memberProperty(owner, value, key, code, path),
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
}

/** `length` and `name`, and for generators `prototype`. */
const NUM_USUAL_KEYS = 2;

const LOOPS = new Set(["ForStatement", "ForInStatement", "ForOfStatement", "WhileStatement", "DoWhileStatement"]);

/** Tells whether code stands where it cannot run twice. */
function runsOnce(node: AnyNode, program: AnyNode): boolean {
  let current: AnyNode | undefined = program;
  while (current !== undefined && current !== node) {
    if (isFunctionNode(current) || LOOPS.has(current.type)) return false;
    current = partsOf(current).find((part) => part.start <= node.start && node.end <= part.end);
  }
  return true;
}

function isOwnerOf(owner: object, prototype: unknown): boolean {
  if (typeof prototype !== "object" || prototype === null) return false;
  if (Object.getOwnPropertyDescriptor(owner, "prototype")?.value !== prototype) return false;
  return Object.getOwnPropertyDescriptor(prototype, "constructor")?.value === owner;
}

/** Tells whether the constructor property of a prototype is as its function made it. */
function isUsualConstructor(owner: object, prototype: object): boolean {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, "constructor")!;
  return descriptor.value === owner && attributesOf(descriptor) === WRITABLE + CONFIGURABLE;
}

/** Tells whether a prototype has nothing but what its function gave it, which is the constructor property if it has an owner. */
function isBare(prototype: object, owner: object | undefined): boolean {
  const numKeys = owner === undefined ? 0 : 1;
  if (Reflect.ownKeys(prototype).length !== numKeys || !Object.isExtensible(prototype)) return false;
  if (owner === undefined) return true;
  return isUsualConstructor(owner, prototype) && Object.getPrototypeOf(prototype) === Object.prototype;
}

function usualPrototypeOf(owner: object, code: FunctionCode): object | null {
  if (!code.hasHeritage) return /^class\b[^{]*\bextends\s+null\b/.test(code.source) ? null : Object.prototype;
  const base: unknown = Object.getPrototypeOf(owner);
  const prototype: unknown =
    typeof base === "function" ? Object.getOwnPropertyDescriptor(base, "prototype")?.value : null;
  return typeof prototype === "object" || typeof prototype === "function" ? (prototype as object | null) : null;
}
