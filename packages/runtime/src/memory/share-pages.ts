/**
 * Shares pages out among their owners. Each gets the pages that it cannot do without, and a part of the rest by its weight. All pages of an owner
 * lie in one memory, so owners are put into memories first, the largest first, each where most is left; what a memory has beyond the needs of its
 * owners is shared among them. With one memory, the usual case, that is exactly by weight.
 */
import type { MemoryDemand } from "../job/job-memory.js";

/** Is what one owner gets. */
export interface PageShare {
  /** Position of its memory. */
  readonly memory: number;
  readonly numPages: number;
}

/**
 * Returns what each of `demands` gets of memories with `capacities` pages each, or undefined when the needs do not fit.
 */
export function sharePages(demands: readonly MemoryDemand[], capacities: readonly number[]): PageShare[] | undefined {
  const free = [...capacities];
  const homes = new Array<number>(demands.length);
  const total = capacities.reduce((sum, pages) => sum + pages, 0);
  const wanted = wantedPages(demands, total);
  const largestFirst = demands.map((_, i) => i).sort((a, b) => wanted[b]! - wanted[a]!);
  for (const i of largestFirst) {
    const home = free.indexOf(Math.max(...free));
    if (home < 0 || free[home]! < demands[i]!.minPages) return placeByNeed(demands, capacities);
    free[home]! -= Math.max(demands[i]!.minPages, Math.min(wanted[i]!, free[home]!));
    homes[i] = home;
  }
  return inMemories(demands, capacities, homes);
}

/** Puts owners into memories by their needs only, where wishes would leave no room. */
function placeByNeed(demands: readonly MemoryDemand[], capacities: readonly number[]): PageShare[] | undefined {
  const free = [...capacities];
  const homes = new Array<number>(demands.length);
  const largestFirst = demands.map((_, i) => i).sort((a, b) => demands[b]!.minPages - demands[a]!.minPages);
  for (const i of largestFirst) {
    const home = free.indexOf(Math.max(...free));
    if (home < 0 || free[home]! < demands[i]!.minPages) return undefined;
    free[home]! -= demands[i]!.minPages;
    homes[i] = home;
  }
  return inMemories(demands, capacities, homes);
}

function inMemories(
  demands: readonly MemoryDemand[],
  capacities: readonly number[],
  homes: readonly number[],
): PageShare[] {
  const shares = new Array<PageShare>(demands.length);
  capacities.forEach((capacity, memory) => {
    const inside = demands.flatMap((demand, i) => (homes[i] === memory ? [{ demand, i }] : []));
    const pages = wantedPages(
      inside.map(({ demand }) => demand),
      capacity,
    );
    inside.forEach(({ i }, at) => {
      shares[i] = { memory, numPages: pages[at]! };
    });
  });
  return shares;
}

/**
 * Returns the needs and the weighted parts of the rest, in whole pages that add up to at most `total` where the needs do. What is more than a
 * demand can use goes to the others.
 */
function wantedPages(demands: readonly MemoryDemand[], total: number): number[] {
  const pages = demands.map(({ minPages }) => minPages);
  let open = demands.flatMap(({ minPages, maxPages, weight }, i) => (weight > 0 && maxPages > minPages ? [i] : []));
  let rest = total - pages.reduce((sum, each) => sum + each, 0);
  while (rest > 0 && open.length > 0) {
    const parts = partsByWeight(
      open.map((i) => demands[i]!.weight),
      rest,
    );
    const isFull = open.map((i, at) => pages[i]! + parts[at]! >= demands[i]!.maxPages);
    // Those that are full get what they can use, and the others share again; when nobody is full, this was the last round.
    const isLast = !isFull.includes(true);
    open.forEach((i, at) => {
      if (isLast) pages[i]! += parts[at]!;
      else if (isFull[at]) pages[i] = demands[i]!.maxPages;
    });
    if (isLast) break;
    open = open.filter((_, at) => !isFull[at]);
    rest = total - pages.reduce((sum, each) => sum + each, 0);
  }
  return pages;
}

/** Splits `count` by weights into whole parts that add up to it. */
function partsByWeight(weights: readonly number[], count: number): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  let weightSoFar = 0;
  let givenSoFar = 0;
  return weights.map((weight) => {
    // Rounding the running sum instead of each part loses nothing.
    weightSoFar += weight;
    const upTo = Math.floor((count * weightSoFar) / sum);
    const part = upTo - givenSoFar;
    givenSoFar = upTo;
    return part;
  });
}
