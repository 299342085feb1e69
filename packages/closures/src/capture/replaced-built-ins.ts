/**
 * Tells which built-ins the program has replaced, deleted or added to, of those that code uses: in a worker they are as they were.
 *
 * What belongs to a global by its path, such as `Math.random`, is used by naming that global. A method of a prototype is used by its name
 * on any value, or by a computed name. Some are used by the language itself, without any name. There are thousands, so that each is looked
 * at when code is met that names it; a capture is one synchronous step, in which none of them changes.
 */
import { type AnyNode, literalKey, partsOf, staticProperty } from "../syntax.js";
import {
  type BuiltInHolder,
  type BuiltInPlaces,
  type ForeignProperty,
  isChanged,
  isOfPrototype,
  wellKnownSymbols,
} from "./built-in-places.js";

/** Methods that operators, statements and other built-ins call. */
const USED_BY_THE_LANGUAGE: readonly PropertyKey[] =
  "add constructor exec next resolve return set then throw toISOString toString valueOf".split(" ");
const IMPLICIT_KEYS: readonly PropertyKey[] = [...wellKnownSymbols().keys(), ...USED_BY_THE_LANGUAGE];
/** Built-in prototypes to which programs add what the language looks for. */
const COMMON_PROTOTYPES = new Set(
  "Array BigInt Boolean Date Error Function Map Number Object Promise RegExp Set String Symbol".split(" "),
);
/** What calls `toJSON`. */
const WRITERS_OF_JSON = new Set(["stringify", "json"]);

/** Says what the program did to a built-in. */
export interface Change {
  readonly path: string;
  readonly how: "replaced" | "added";
}

/** What a piece of code may use of prototypes. */
interface NamesUsed {
  readonly names: ReadonlySet<string>;
  readonly callsComputedNames: boolean;
}

/** Looks for what was changed, for one capture. */
export class ReplacedBuiltIns {
  readonly #places: BuiltInPlaces;
  /** By the name of a global: `Math.random`, and `Math` for those who take it as a whole. */
  readonly #ofGlobals = new Map<string, ReadonlyMap<string, Change>>();
  readonly #methods = new Map<string, Change | undefined>();
  #implicit: { readonly change: Change | undefined } | undefined;

  constructor(places: BuiltInPlaces) {
    this.#places = places;
  }

  /** Gives the changed built-in that one takes who uses a global or members of it. */
  ofGlobal(name: string, members: readonly string[] | "whole"): Change | undefined {
    const changed = this.#changedOf(name);
    const whole = changed.get(name);
    if (members === "whole" || whole?.path === name) return whole;
    return members.map((member) => changed.get(`${name}.${member}`)).find((each) => each !== undefined);
  }

  /** Gives the changed built-in that one takes who takes the original object with a path. */
  within(path: readonly string[]): Change | undefined {
    const own = path.join(".");
    const found = this.#changedOf(path[0]!).get(own);
    return found?.path === own ? undefined : found;
  }

  #changedOf(global: string): ReadonlyMap<string, Change> {
    let changed = this.#ofGlobals.get(global);
    if (changed === undefined) {
      changed = this.#findChangedOf(global);
      this.#ofGlobals.set(global, changed);
    }
    return changed;
  }

  #findChangedOf(global: string): Map<string, Change> {
    const changed = new Map<string, Change>();
    for (const place of this.#places.named(global)) if (isChanged(place)) addChange(changed, place, "replaced");
    for (const property of this.#places.foreign) {
      if (property.path[0] === global && !isOfPrototype(property.path)) addChange(changed, property, "replaced");
    }
    for (const { object, path, keys } of this.#places.namedHolders(global)) {
      const known = new Set(keys);
      for (const key of Reflect.ownKeys(object)) if (!known.has(key)) addChange(changed, { path, key }, "added");
    }
    return changed;
  }

  /** Says in a phrase which changed method code uses; undefined when it uses none. */
  usedBy(code: AnyNode): string | undefined {
    this.#implicit ??= { change: this.#findImplicit() };
    const { change } = this.#implicit;
    if (change !== undefined) {
      return `a function of a program that has ${change.how} the built-in ${change.path}, which code uses without naming it`;
    }
    const { names, callsComputedNames } = namesUsedBy(code);
    for (const name of names) {
      const how = this.#changeOf(name)?.how;
      if (how === "replaced") return `a function that uses .${name}, a built-in method which the program has replaced`;
      if (how === "added") return `a function that uses .${name}, which the program has added to a built-in`;
    }
    const hidden = callsComputedNames ? this.#anyMethod() : undefined;
    return hidden === undefined
      ? undefined
      : `a function that calls a method by a computed name, which may be .${hidden}, a built-in method that the program has replaced`;
  }

  #changeOf(name: string): Change | undefined {
    if (this.#methods.has(name)) return this.#methods.get(name);
    const change = this.#findChangeOf(name);
    this.#methods.set(name, change);
    return change;
  }

  #findChangeOf(key: PropertyKey): Change | undefined {
    const replaced = this.#places.methods(key).find(isChanged);
    if (replaced !== undefined) return changeOf(replaced, "replaced");
    const foreign = this.#places.foreign.find((each) => each.key === key && isOfPrototype(each.path));
    if (foreign !== undefined) return changeOf(foreign, "replaced");
    const holder = this.#places.prototypes.find((each) => isAdded(each, key));
    return holder === undefined ? undefined : changeOf({ path: holder.path, key }, "added");
  }

  /** Looks for a changed method that code uses without its name. */
  #findImplicit(): Change | undefined {
    for (const key of IMPLICIT_KEYS) {
      const replaced = this.#places.methods(key).find(isChanged);
      if (replaced !== undefined) return changeOf(replaced, "replaced");
    }
    for (const property of this.#places.foreign) {
      const { path, key } = property;
      if (isOfPrototype(path) && (typeof key === "symbol" || USED_BY_THE_LANGUAGE.includes(key)))
        return changeOf(property, "replaced");
    }
    for (const holder of this.#places.prototypes) {
      if (holder.path.length !== 2 || !COMMON_PROTOTYPES.has(holder.path[0]!)) continue;
      const key = IMPLICIT_KEYS.find((each) => isAdded(holder, each));
      if (key !== undefined) return changeOf({ path: holder.path, key }, "added");
    }
    return undefined;
  }

  #anyMethod(): string | undefined {
    for (const key of this.#places.methodKeys()) {
      if (typeof key !== "symbol" && this.#places.methods(key).some(isChanged)) return String(key);
    }
    const foreign = this.#places.foreign.find(({ path, key }) => isOfPrototype(path) && typeof key !== "symbol");
    return foreign === undefined ? undefined : String(foreign.key);
  }
}

function changeOf({ path, key }: ForeignProperty, how: Change["how"]): Change {
  return { path: [...path, String(key)].join("."), how };
}

function isAdded({ object, keys }: BuiltInHolder, key: PropertyKey): boolean {
  return Object.hasOwn(object, key) && !keys.includes(key);
}

/** Notes a changed property for its own path and for those of the objects around it. */
function addChange(changed: Map<string, Change>, property: ForeignProperty, how: Change["how"]): void {
  const steps = [...property.path, String(property.key)];
  const change = { path: steps.join("."), how };
  for (let length = 1; length <= steps.length; length++) {
    const part = steps.slice(0, length).join(".");
    if (!changed.has(part)) changed.set(part, change);
  }
}

/** What code uses never changes, and is kept as long as its parsed form. */
const usedByCode = new WeakMap<AnyNode, NamesUsed>();

function namesUsedBy(code: AnyNode): NamesUsed {
  let used = usedByCode.get(code);
  if (used === undefined) {
    const names = new Set<string>();
    const callsComputedNames = collectNames(code, names);
    if ([...names].some((name) => WRITERS_OF_JSON.has(name))) names.add("toJSON");
    used = { names, callsComputedNames };
    usedByCode.set(code, used);
  }
  return used;
}

/** Adds the names that code uses, and tells whether it calls others too. */
function collectNames(node: AnyNode, names: Set<string>): boolean {
  for (const name of namesIn(node)) if (IDENTIFIER.test(name)) names.add(name);
  let callsComputedNames = isComputedCall(node);
  for (const part of partsOf(node)) callsComputedNames = collectNames(part, names) || callsComputedNames;
  return callsComputedNames;
}

/** Every method of a built-in has such a name. */
const IDENTIFIER = /^[\w$]+$/;

/** Lists the properties that a node names, and texts, which may name one elsewhere. */
function namesIn(node: AnyNode): string[] {
  switch (node.type) {
    case "MemberExpression":
      return [staticProperty(node) ?? ""];
    case "ObjectPattern":
      return node.properties.map((each) =>
        each.type === "Property" && !each.computed ? (literalKey(each.key) ?? "") : "",
      );
    case "Literal":
      return typeof node.value === "string" ? [node.value] : [];
    case "TemplateLiteral":
      return node.quasis.map(({ value }) => value.cooked ?? "");
    default:
      return [];
  }
}

function isComputedCall(node: AnyNode): boolean {
  const callee =
    node.type === "CallExpression" ? node.callee : node.type === "TaggedTemplateExpression" ? node.tag : undefined;
  return callee?.type === "MemberExpression" && callee.computed && staticProperty(callee) === undefined;
}
