/**
 * Finds the functions that a user function object is made of, without running any of them: getters are found as
 * functions, never called.
 *
 *   a function        itself
 *   a class           its text, which holds all members, then the classes that it extends
 *   an object         the functions and accessors among its own properties and those of its prototypes, up to
 *                     `Object.prototype`; for a prototype of a class also the class's text, which alone shows `#private` methods
 */

/** Any function or class; never called here. */
export type AnyFunction = ((...args: never[]) => unknown) | (abstract new (...args: never[]) => unknown);

/** Names one function of a user function object. */
export interface FunctionPart {
  readonly code: AnyFunction;
  /** The property that holds it, undefined for the object itself when it is a function. */
  readonly member: string | undefined;
  /** True for a class found through one of its instances: what runs when an instance is made has run already. */
  readonly isConstructed: boolean;
}

/** Says whether a prototype or class is not the user's, which ends the walk. */
export type IsBase = (candidate: object) => boolean;

/** Bounds the walk along prototypes; a Proxy can give one that has no end. */
const MAX_PROTOTYPES = 1000;

/** Lists the functions of a user function object in a fixed order. */
export function functionsOf(userFunction: object, isBase: IsBase): FunctionPart[] {
  return typeof userFunction === "function"
    ? functionAndBases(userFunction as AnyFunction, isBase)
    : partsOfObject(userFunction, isBase);
}

function functionAndBases(userFunction: AnyFunction, isBase: IsBase): FunctionPart[] {
  const parts: FunctionPart[] = [];
  let current: object | null = userFunction;
  for (let count = 0; typeof current === "function" && count < MAX_PROTOTYPES; count++) {
    if (current === Function.prototype || isBase(current)) break;
    parts.push({ code: current as AnyFunction, member: undefined, isConstructed: false });
    current = Object.getPrototypeOf(current);
  }
  return parts;
}

function partsOfObject(object: object, isBase: IsBase): FunctionPart[] {
  const parts = ownFunctions(object);
  let prototype: object | null = Object.getPrototypeOf(object);
  for (let count = 0; prototype !== null && count < MAX_PROTOTYPES; count++) {
    if (prototype === Object.prototype || isBase(prototype)) break;
    const maker: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
    if (typeof maker === "function" && maker.prototype === prototype) {
      parts.push({ code: maker as AnyFunction, member: undefined, isConstructed: true });
    }
    parts.push(...ownFunctions(prototype).filter((part) => part.code !== maker));
    prototype = Object.getPrototypeOf(prototype);
  }
  return parts;
}

function ownFunctions(object: object): FunctionPart[] {
  const parts: FunctionPart[] = [];
  for (const key of Reflect.ownKeys(object)) {
    const descriptor = Object.getOwnPropertyDescriptor(object, key);
    for (const code of [descriptor?.value, descriptor?.get, descriptor?.set] as unknown[]) {
      if (typeof code !== "function") continue;
      parts.push({ code: code as AnyFunction, member: String(key), isConstructed: false });
    }
  }
  return parts;
}
