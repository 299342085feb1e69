/**
 * Tells in which state a thing of a package is, so that the one in a worker can be held against the one in the program: what programs
 * set on packages, and methods that they patch.
 *
 * It looks at own properties, at those of plain objects and arrays in them, and at functions by their text, without running a getter.
 * What a package keeps in variables of its modules, in Maps, private fields and instances of its classes nobody can compare.
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

/**
 * Describes the state of a thing of a package.
 *
 * @param isHost - of what belongs to the host only functions are compared: its settings differ from thread to thread
 */
export function stateOf(value: object, isHost: boolean): StateEntry[] {
  const entries: StateEntry[] = [];
  const seen = new Set<object>([value]);
  if (typeof value === "function") entries.push(["", markOf(value)]);
  describe(value, "", isHost, 0, seen, entries);
  return entries;
}

/** Gives the first place where two descriptions differ. */
export function differenceOf(expected: readonly StateEntry[], found: readonly StateEntry[]): string | undefined {
  const marks = new Map(found);
  const differing = expected.find(([path, mark]) => marks.get(path) !== mark);
  return differing?.[0];
}

function describe(
  holder: object,
  prefix: string,
  isHost: boolean,
  depth: number,
  seen: Set<object>,
  entries: StateEntry[],
): void {
  for (const key of Reflect.ownKeys(holder)) {
    if (entries.length >= MAX_ENTRIES) return;
    if (typeof key === "symbol" || (typeof holder === "function" && NATURAL_KEYS.has(key))) continue;
    const descriptor = descriptorOf(holder, key);
    if (descriptor === undefined || !("value" in descriptor)) continue;
    const member: unknown = descriptor.value;
    const path = prefix === "" ? key : `${prefix}.${key}`;
    if (typeof member === "function" || (!isHost && descriptor.writable === true)) entries.push([path, markOf(member)]);
    if (typeof member !== "object" && typeof member !== "function") continue;
    if (member === null || seen.has(member) || depth >= MAX_DEPTH || (isHost && depth > 0)) continue;
    if (typeof member !== "function" && key !== "prototype" && !isPlain(member)) continue;
    seen.add(member);
    describe(member, path, isHost, depth + 1, seen, entries);
  }
}

/** What functions have by themselves. */
const NATURAL_KEYS: ReadonlySet<string> = new Set(["arguments", "caller", "length", "name"]);

function descriptorOf(holder: object, key: string): PropertyDescriptor | undefined {
  try {
    return Object.getOwnPropertyDescriptor(holder, key);
  } catch {
    // An export of a module that is not initialized yet.
    return undefined;
  }
}

function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
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
