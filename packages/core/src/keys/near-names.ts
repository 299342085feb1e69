/** The largest edit distance at which a name still counts as a slip of the finger, relative to its length. */
const MAX_DISTANCE_SHARE = 0.4;
const MAX_SUGGESTIONS = 3;
/** Names beyond this length are compared by their beginning. */
const MAX_COMPARED_LENGTH = 40;

/**
 * Returns those of `names` that `wrong` was probably meant to be, the nearest first: equal but for case, or within a few
 * edits.
 * @internal
 */
export function nearNames(wrong: string, names: readonly string[]): string[] {
  const limit = Math.max(1, Math.floor(wrong.length * MAX_DISTANCE_SHARE));
  return names
    .map((name) => ({ name, distance: editDistance(wrong.toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MAX_SUGGESTIONS)
    .map(({ name }) => name);
}

/**
 * Returns how many letters must be inserted, removed, replaced or exchanged with their neighbour to turn `a` into `b`:
 * the optimal string alignment distance, three rows of its table at a time.
 */
function editDistance(a: string, b: string): number {
  a = a.slice(0, MAX_COMPARED_LENGTH);
  b = b.slice(0, MAX_COMPARED_LENGTH);
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let distance = Math.min(replaced, last[j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, beforeLast[j - 2]! + 1);
      }
      row.push(distance);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
