/**
 * Tells in which state a thing of a package is, so that the one in a worker can be held against the one in the program: what programs
 * set on packages, and methods that they patch.
 *
 * It looks at own properties, at those of plain objects and arrays in them, at entries of Maps and Sets, and at functions by their text,
 * without running a getter. Modules inside of a module are not looked at: packages keep there what they set on themselves when they are used.
 * What a package keeps in variables of its modules, private fields and instances of its classes nobody can compare.
 * Contents are told by marks that do not show them.
 */

/** Says what stands at a place. */
export type StateEntry = readonly [path: string, mark: string];

/** How deep objects in objects are looked at. */
const MAX_DEPTH = 3;
/** How many places of one thing are looked at: more than have settings of packages, fewer than have tables of data. */
const MAX_ENTRIES = 2_000;

/** Marks of functions are kept, since their text never changes. */
const marksOfFunctions = new WeakMap<object, string>();

/** How a thing is to be described. */
export interface StateOptions {
  /**
   * Of what belongs to the host only the program's functions are compared: its settings differ from thread to thread, and packages put
   * wrappers around its functions that mean the same.
   */
  readonly isHost: boolean;
  /** Says whether a function is the program's; what a package made of its own functions on first use may be missing in the worker. */
  /** The members that are used, when others are not. */
  readonly members?: ReadonlySet<string> | undefined;
  readonly isOfProgram?: ((value: object) => boolean) | undefined;
}

/** Describes the state of a thing of a package. */
export function stateOf(value: object, options: StateOptions): StateEntry[] {
  const entries: StateEntry[] = [];
  if (typeof value === "function") entries.push(["", markOf(value)]);
  new StateWalk(options, entries).describe(value, "", 0);
  return entries;
}

/** Gives the first place where two descriptions differ. */
export function differenceOf(expected: readonly StateEntry[], found: readonly StateEntry[]): string | undefined {
  const marks = new Map(found);
  const differing = expected.find(([path, mark]) => {
    const now = marks.get(path);
    return mark.startsWith(OPTIONAL) ? now !== undefined && now !== mark.slice(OPTIONAL.length) : now !== mark;
  });
  return differing?.[0].split(ENTRY, 1)[0];
}

/** Stands between the place of a Map or Set and the mark of a key. */
const ENTRY = " => ";

/** Begins the mark of what may be missing. */
const OPTIONAL = "? ";

class StateWalk {
  readonly #options: StateOptions;
  readonly #entries: StateEntry[];
  readonly #seen = new Set<object>();

  constructor(options: StateOptions, entries: StateEntry[]) {
    this.#options = options;
    this.#entries = entries;
  }

  describe(holder: object, prefix: string, depth: number): void {
    this.#seen.add(holder);
    if (!this.#options.isHost && typeof holder === "object" && !isPlain(holder)) this.#describeEntries(holder, prefix);
    for (const key of Reflect.ownKeys(holder)) {
      if (this.#entries.length >= MAX_ENTRIES) return;
      if (typeof key === "symbol" || (typeof holder === "function" && NATURAL_KEYS.has(key))) continue;
      if (depth === 0 && this.#options.members?.has(key) === false) continue;
      const descriptor = descriptorOf(holder, key);
      if (descriptor === undefined || !("value" in descriptor)) continue;
      const path = prefix === "" ? key : `${prefix}.${key}`;
      this.#note(path, descriptor, depth > 0 && isPlain(holder));
      if (this.#isWalked(key, descriptor.value, depth)) this.describe(descriptor.value as object, path, depth + 1);
    }
  }

  /** Entries count by their keys where these are primitives, else by their number. */
  #describeEntries(holder: object, prefix: string): void {
    const entries = entriesOf(holder);
    if (entries === undefined) return;
    this.#entries.push([prefix + ENTRY, markOf(entries.length)]);
    for (const [key, value] of entries) {
      if (this.#entries.length >= MAX_ENTRIES) return;
      if (key === null || (typeof key !== "object" && typeof key !== "function" && typeof key !== "symbol"))
        this.#entries.push([`${prefix}${ENTRY}${markOf(key)}`, markOf(value)]);
    }
  }

  #note(path: string, { value, writable }: PropertyDescriptor, isInSettings: boolean): void {
    const { isHost, isOfProgram } = this.#options;
    if (typeof value !== "function") {
      if (!isHost && writable === true) this.#entries.push([path, markOf(value)]);
      return;
    }
    if (isHost && isOfProgram?.(value) === false) return;
    const isOptional = isInSettings && isOfProgram?.(value) === false;
    this.#entries.push([path, isOptional ? OPTIONAL + markOf(value) : markOf(value)]);
  }

  #isWalked(key: string, value: unknown, depth: number): boolean {
    if (value === null || (typeof value !== "object" && typeof value !== "function") || this.#seen.has(value))
      return false;
    if (depth >= MAX_DEPTH || (this.#options.isHost && depth > 0)) return false;
    return typeof value === "function" || key === "prototype" || isPlain(value) || entriesOf(value) !== undefined;
  }
}

/** Gives the entries of a Map or a Set, whatever its prototype; undefined for everything else. */
function entriesOf(value: object): [key: unknown, value: unknown][] | undefined {
  const entries: [unknown, unknown][] = [];
  for (const { prototype } of [Map, Set]) {
    try {
      (prototype.forEach as (this: object, add: (each: unknown, key: unknown) => void) => void).call(
        value,
        (each, key) => {
          entries.push([key, each]);
        },
      );
      return entries;
    } catch {
      // It is of another kind.
    }
  }
  return undefined;
}

/** What functions have by themselves. */
const NATURAL_KEYS: ReadonlySet<string> = new Set(["arguments", "caller", "length", "name"]);

function descriptorOf(holder: object, key: PropertyKey): PropertyDescriptor | undefined {
  try {
    return Object.getOwnPropertyDescriptor(holder, key);
  } catch {
    // An export of a module that is not initialized yet.
    return undefined;
  }
}

function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  if (isNamespace(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function isNamespace(value: object): boolean {
  return Object.getPrototypeOf(value) === null && descriptorOf(value, Symbol.toStringTag)?.value === "Module";
}

function markOf(value: unknown): string {
  if (typeof value === "function") {
    let mark = marksOfFunctions.get(value);
    if (mark === undefined) {
      mark = `function ${hashOf(Function.prototype.toString.call(value))}`;
      marksOfFunctions.set(value, mark);
    }
    return mark;
  }
  if (typeof value === "object") return value === null ? "null" : "object";
  if (typeof value === "symbol") return "symbol";
  return `${typeof value} ${hashOf(Object.is(value, -0) ? "-0" : String(value))}`;
}

/** FNV-1a over UTF-16 units, twice with different beginnings, for 64 bits. */
function hashOf(text: string): string {
  let [first, second] = [0x811c9dc5, 0x1000193];
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    first = Math.imul(first ^ unit, 0x01000193);
    second = Math.imul(second ^ unit, 0x01000197);
  }
  return `${(first >>> 0).toString(36)}${(second >>> 0).toString(36)}`;
}
