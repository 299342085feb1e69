import { type Host, MillraceError, PAGE_SIZE_BYTES } from "@millrace/core";

/** The share of the memory that is free which is taken when no figure was given; the rest is for the heap, buffers and other programs. */
const DEFAULT_FRACTION = 0.7;
/** What counts as free where the host does not know. */
const UNKNOWN_AVAILABLE_BYTES = 2 ** 30;

/** The largest figure: each 4 GiB are a memory of their own, and all of them are looked at when a job starts. */
const MAX_MEMORY_BYTES = 2 ** 42;

const SIZE = /^(\d+(?:\.\d+)?)\s*([KMGT]i?)?B?$/i;
const POWERS = ["", "k", "m", "g", "t"];

/**
 * Reads a figure of memory: bytes, or a text such as `"64MiB"`, `"2GiB"` or `"1.5 GB"`; units without an `i` are powers of 1000. Throws
 * INVALID_ARGUMENT for anything else, for less than a page, and for more than 4 TiB.
 * @internal
 */
export function memorySizeBytes(size: number | string): number {
  const bytes = typeof size === "number" ? size : parse(size);
  if (bytes >= PAGE_SIZE_BYTES && bytes <= MAX_MEMORY_BYTES) return Math.floor(bytes);
  throw new MillraceError({
    code: "INVALID_ARGUMENT",
    what: `${JSON.stringify(size)} is no amount of memory`,
    expected: `a number of bytes or a text such as "64MiB" or "2GiB", from ${memorySizeText(PAGE_SIZE_BYTES)} to ${memorySizeText(MAX_MEMORY_BYTES)}`,
    fix: 'Give the environment an amount, such as { memory: "2GiB" }, or leave it out.',
  });
}

function parse(text: string): number {
  const [, number, unit = ""] = SIZE.exec(text.trim()) ?? [];
  const base = unit.length === 2 ? 1024 : 1000;
  return Number(number) * base ** POWERS.indexOf(unit.slice(0, 1).toLowerCase());
}

/**
 * Throws INSUFFICIENT_MEMORY for a figure that is more than this process can ever have: it would not be refused by the system when pages are used, but
 * ended by it.
 * @internal
 */
export function requireMemoryOfMachine(figureBytes: number, { process }: Host): void {
  const { totalMemoryBytes } = process;
  if (totalMemoryBytes === undefined || figureBytes <= totalMemoryBytes) return;
  throw new MillraceError({
    code: "INSUFFICIENT_MEMORY",
    what: `The environment was given ${memorySizeText(figureBytes)} of memory, and this process may have ${memorySizeText(totalMemoryBytes)} at most, by the machine or by the limit of its container`,
    expected: "a figure that leaves some for the heap and other programs",
    fix: "Give the environment less memory, or leave it out: 70 % of what is free is taken then. What does not fit is spilled.",
  });
}

/** Returns the figure that is taken when none was given: 70 % of what is free now, limits of containers respected. @internal */
export function defaultMemoryBytes(host: Host): number {
  return Math.floor((host.process.availableMemoryBytes ?? UNKNOWN_AVAILABLE_BYTES) * DEFAULT_FRACTION);
}

/** Returns a figure as a user would write it, rounded up, so that it is enough when it is given. @internal */
export function memorySizeText(bytes: number): string {
  const units: readonly (readonly [string, number])[] = [
    ["TiB", 2 ** 40],
    ["GiB", 2 ** 30],
    ["MiB", 2 ** 20],
    ["KiB", 2 ** 10],
  ];
  for (const [name, size] of units) {
    // Two digits behind the point are shown at most, so that sizes stay readable and never come out too small.
    if (bytes >= size) return `${Math.ceil((bytes / size) * 100) / 100}${name}`;
  }
  return `${bytes}B`;
}
