/** Remembers which properties the built-in objects had when their table was made, so that a capture can tell what the program changed. */

/** A property of a built-in object: a value or one function of an accessor. */
export interface BuiltInPlace {
  readonly holder: object;
  /** Leads to the holder; empty for the global object. */
  readonly path: readonly string[];
  readonly key: PropertyKey;
  readonly part: "value" | "get" | "set";
  readonly value: unknown;
}

/** A built-in object and the keys that it had. */
export interface BuiltInHolder {
  readonly object: object;
  readonly path: readonly string[];
  readonly keys: readonly PropertyKey[];
}

/** Is a property of a built-in object that was the program's when the table was made. */
export interface ForeignProperty {
  readonly path: readonly string[];
  readonly key: PropertyKey;
}

/**
 * Holds these properties by how code comes to them: what belongs to a global by its path, such as `Math.random`, by the name of that global;
 * methods of prototypes by their own name, on whatever value.
 */
export class BuiltInPlaces {
  readonly #named = new Map<string, BuiltInPlace[]>();
  readonly #namedHolders = new Map<string, BuiltInHolder[]>();
  readonly #methods = new Map<PropertyKey, BuiltInPlace[]>();
  readonly #prototypes: BuiltInHolder[] = [];
  readonly #foreign: ForeignProperty[] = [];

  add(place: BuiltInPlace): void {
    if (isOfPrototype(place.path)) listIn(this.#methods, place.key).push(place);
    else listIn(this.#named, place.path[0] ?? String(place.key)).push(place);
  }

  addHolder(holder: BuiltInHolder): void {
    if (isOfPrototype(holder.path)) this.#prototypes.push(holder);
    else listIn(this.#namedHolders, holder.path[0]!).push(holder);
  }

  addForeign(property: ForeignProperty): void {
    this.#foreign.push(property);
  }

  /** Lists what paths lead to that begin with the name of a global, that global too. */
  named(global: string): readonly BuiltInPlace[] {
    return this.#named.get(global) ?? [];
  }

  namedHolders(global: string): readonly BuiltInHolder[] {
    return this.#namedHolders.get(global) ?? [];
  }

  methods(key: PropertyKey): readonly BuiltInPlace[] {
    return this.#methods.get(key) ?? [];
  }

  methodKeys(): Iterable<PropertyKey> {
    return this.#methods.keys();
  }

  get prototypes(): readonly BuiltInHolder[] {
    return this.#prototypes;
  }

  get foreign(): readonly ForeignProperty[] {
    return this.#foreign;
  }
}

/** Tells whether what an object holds is used by its own name, on whatever value. */
export function isOfPrototype(path: readonly string[]): boolean {
  return path.includes("prototype") || path[0]?.startsWith("%") === true;
}

/** Tells whether the program replaced or deleted a property since. Reads no accessor. */
export function isChanged({ holder, key, part, value }: BuiltInPlace): boolean {
  return !Object.is(Object.getOwnPropertyDescriptor(holder, key)?.[part], value);
}

function listIn<K, V>(lists: Map<K, V[]>, key: K): V[] {
  let list = lists.get(key);
  if (list === undefined) {
    list = [];
    lists.set(key, list);
  }
  return list;
}

/** The well-known symbols, by name. */
export function wellKnownSymbols(): Map<symbol, string> {
  const symbols = new Map<symbol, string>();
  for (const name of Object.getOwnPropertyNames(Symbol)) {
    const value: unknown = Object.getOwnPropertyDescriptor(Symbol, name)?.value;
    if (typeof value === "symbol") symbols.set(value, name);
  }
  return symbols;
}
