/**
 * Knows what of classes the engine does not show: in which class a method is at home, which is where its `super` starts from, and which
 * objects have private fields that a class put onto objects of others.
 *
 * A class whose text ran once has one home for its methods. One that was made several times, as a mixin makes them, has as many, and a
 * method may have been moved from one to another. What it sees tells them apart, its class's name above all; and when all of them extend
 * the same, `super` means the same in each.
 */
import { brandOf } from "@millrace/core";
import { isAnalyzed } from "../analysis.js";
import { returnsSomething } from "../completion.js";
import { parseFunctionText } from "../function-text.js";
import { type AnyNode, isClassNode, isFunctionNode } from "../syntax.js";
import { BUILT_IN_GLOBALS } from "./built-ins.js";
import type { Capture } from "./capture.js";
import { MODULE_VARIABLE, readScopes } from "./captured-variables.js";
import { type FunctionSource, type FunctionSources, siteOf } from "./function-sources.js";
import { nodesAround, numBindings } from "./home-objects.js";
import type { CapturePath } from "./refusal.js";

/** What a method that a class may have made tells of where it is at home. */
interface MemberEvidence {
  readonly usesSuper: boolean;
  /** The variables that it sees, those of the class among them. */
  readonly seen: ReadonlyMap<string, unknown>;
}

/** Answers for one capture. */
export class ClassHomes {
  readonly #run: Capture;
  readonly #sources: FunctionSources;
  /** All functions by their text, of those texts that were asked for; garbage is collected to know them. */
  #functions: readonly object[] | undefined;
  readonly #twins = new Map<string, readonly object[]>();

  constructor(run: Capture, sources: FunctionSources) {
    this.#run = run;
    this.#sources = sources;
  }

  /**
   * Tells whether a method with the text of a class's method was made with this class, whose text may have made several. Refuses one with
   * `super` that may as well be at home in another of them.
   */
  isMadeWith(owner: object, source: FunctionSource, method: object, isStatic: boolean, path: CapturePath): boolean {
    const evidence = this.#evidenceOf(method, owner);
    if (evidence === undefined) return false;
    if (evidence.usesSuper && !this.#isSuperCertain(owner, source, isStatic, evidence.seen)) {
      this.#run.refuse(
        path,
        "a method with super of a class that was made several times with different bases, as mixins are, and nothing tells which of them it is at home in",
        "Write Base.prototype.method.call(this) in place of super.method(), where Base is what the class extends, or mention the class by its name in the method.",
      );
    }
    return true;
  }

  /** Tells whether a method stands in the text of a class. */
  standsIn(method: object, { site, known }: FunctionSource): boolean {
    const { session } = this.#run;
    try {
      const inside = session.inspect(method);
      const own = inside?.scriptId === known.script.scriptId ? siteOf(inside, known) : undefined;
      return own !== undefined && own.start >= site.node.start && own.node.end <= site.node.end;
    } finally {
      session.release();
    }
  }

  /** Tells what speaks for a method being made by a class that it sees the values of; undefined when it sees others. */
  #evidenceOf(method: object, owner: object): MemberEvidence | undefined {
    const { session } = this.#run;
    try {
      const [inside, around] = [session.inspect(method), session.inspect(owner)];
      if (inside === undefined || around === undefined || inside.scriptId !== around.scriptId) return undefined;
      const known = this.#sources.scriptOf(inside);
      const [site, home] = [siteOf(inside, known), siteOf(around, known)];
      if (site === undefined || home === undefined) return undefined;
      if (site.start < home.node.start || site.node.end > home.node.end) return undefined;
      const analysis = known.parsed!.analysisOf(site);
      if (!isAnalyzed(analysis)) return undefined;
      const names = analysis.freeNames.map(({ name }) => name);
      const { root } = home.parsed;
      const className = "id" in root && root.id ? root.id.name : undefined;
      if (className !== undefined) names.push(className);
      const [own, ofClass] = [readScopes(inside.scopes, names), readScopes(around.scopes, names)];
      const isSame = (name: string): boolean =>
        own.has(name) === ofClass.has(name) && Object.is(own.get(name), ofClass.get(name));
      if (!names.every(isSame)) return undefined;
      return { usesSuper: analysis.uses.ownSuper.length > 0, seen: own };
    } finally {
      session.release();
    }
  }

  /**
   * Tells whether `super` in a method of a class, or in a static one, can only mean what it means at home in that class: every other class of
   * its text extends the same, or sees other values than the method does.
   */
  #isSuperCertain(
    owner: object,
    source: FunctionSource,
    isStatic: boolean,
    seen: ReadonlyMap<string, unknown>,
  ): boolean {
    if (hasOneBase(source.site.node, source.known.parsed!.program)) return true;
    const start = superOf(owner, isStatic);
    const twins = this.#twinsOf(owner);
    // What does not list the class itself may lack others too.
    if (!twins.includes(owner)) return false;
    return twins.every((twin) => superOf(twin, isStatic) === start || this.#seesOther(twin, seen));
  }

  #seesOther(twin: object, seen: ReadonlyMap<string, unknown>): boolean {
    const { session } = this.#run;
    try {
      const found = readScopes(session.inspect(twin)?.scopes ?? [], [...seen.keys()]);
      for (const [name, value] of seen) if (found.has(name) && !Object.is(found.get(name), value)) return true;
      return false;
    } finally {
      session.release();
    }
  }

  #twinsOf(owner: object): readonly object[] {
    const text = textOf(owner);
    let twins = this.#twins.get(text);
    if (twins === undefined) {
      this.#functions ??= this.#run.session.allFunctions();
      twins = this.#functions.filter(
        (each) => !this.#run.session.isProxy(each) && textOf(each) === text && isClass(each),
      );
      this.#twins.set(text, twins);
    }
    return twins;
  }

  /**
   * Tells whether private fields of a class may be on objects that are not its instances: a constructor further up that returns another object
   * puts them there.
   */
  mayHavePrivatesElsewhere(owner: object): boolean {
    let base = Object.getPrototypeOf(owner) as object | null;
    for (; typeof base === "function"; base = Object.getPrototypeOf(base) as object | null) {
      if (this.#run.session.isProxy(base)) return true;
      if (this.#run.tools.builtIns.pathOf(base) !== undefined || brandOf(base) !== undefined) return false;
      if (returnsAnother(textOf(base))) return true;
    }
    return false;
  }
}

/**
 * Tells whether a class extends the same however often its text runs: nothing, a built-in, an import, or what the script declares once at
 * its top. Saves looking for its twins.
 */
function hasOneBase(node: AnyNode, program: AnyNode): boolean {
  if (!isClassNode(node)) return false;
  const { superClass } = node;
  if (superClass == null) return true;
  if (superClass.type === "MemberExpression") {
    return superClass.object.type === "Identifier" && MODULE_VARIABLE.test(superClass.object.name);
  }
  if (superClass.type !== "Identifier") return false;
  const { name } = superClass;
  const inner = nodesAround(node, program).filter((each) => each !== program);
  if (inner.some((each) => bindsName(name, each))) return false;
  return numBindings(name, program, true) === (BUILT_IN_GLOBALS.has(name) ? 0 : 1);
}

function bindsName(name: string, node: AnyNode): boolean {
  if (isClassNode(node)) return node.id?.name === name;
  return isFunctionNode(node) && numBindings(name, node, true) > 0;
}

/** Tells a class from the functions that the engine makes with its text, which initialize fields. */
function isClass(value: object): boolean {
  return Object.getOwnPropertyDescriptor(value, "prototype")?.writable === false;
}

/** Gives what `super` of a method starts from. */
function superOf(owner: object, isStatic: boolean): unknown {
  const home: unknown = isStatic ? owner : Object.getOwnPropertyDescriptor(owner, "prototype")?.value;
  return typeof home === "object" || typeof home === "function" ? Object.getPrototypeOf(home) : undefined;
}

function textOf(value: object): string {
  return Function.prototype.toString.call(value);
}

/** Tells whether a constructor has a `return` with a value; one whose text is hidden is the host's. */
function returnsAnother(text: string): boolean {
  const parsed = parseFunctionText(text, "unknown");
  if (!("root" in parsed)) return false;
  const { root } = parsed;
  if (!isClassNode(root)) return returnsSomething(root);
  const isConstructor = (member: AnyNode): boolean =>
    member.type === "MethodDefinition" && member.kind === "constructor";
  const found = root.body.body.find(isConstructor);
  return found?.type === "MethodDefinition" && returnsSomething(found.value);
}
