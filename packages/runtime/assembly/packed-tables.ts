// Finds and makes the groups of tuples; see PackedKernels, which has the layouts.

const PAGE_SHIFT: u32 = 12;
const PAGE_MASK: u32 = 4095;

/** How many tuples are looked for at a time; a table has room for the numbers of so many. */
const BATCH: u32 = 128;

/** Returns the cell that a search begins with; the number of cells is a power of two, 32 minus `down` of it. */
function firstCell(hash: u32, shift: u32, down: u32): u32 {
  return (hash << shift) >> down;
}

function addressOf(pages: usize, cell: u32): usize {
  return (<usize>(load<u32>(pages + ((cell >> PAGE_SHIFT) << 2)) + (cell & PAGE_MASK))) << 3;
}

/** Writes what is in the cells of tuples, at which searches begin, as their groups, or what is in the next cell where the first one is of another hash. */
function guessGroups(tuple: usize, count: u32, step: usize, pages: usize, shift: u32, down: u32, group: usize): void {
  for (const end = group + ((<usize>count) << 2); group < end; group += 4) {
    const hash = load<u32>(tuple);
    const cell = firstCell(hash, shift, down);
    const address = addressOf(pages, cell);
    const first = load<u64>(address);
    // The next page lies elsewhere, so that the last cell of one has no next one here.
    const second = load<u32>(address + ((<usize>u32((cell & PAGE_MASK) !== PAGE_MASK)) << 3));
    store<u32>(group, select<u32>(<u32>first, second, <u32>(first >> 32) === hash));
    tuple += step;
  }
}

/** Lists the numbers of tuples, from `from` on, whose only key is not that of the group that was guessed; returns how many. */
function listMisses(tuple: usize, from: u32, count: u32, step: usize, group: usize, misses: usize): u32 {
  let numMisses: u32 = 0;
  for (let i = from, end = from + count; i < end; i++) {
    const guess = load<u32>(group + ((<usize>i) << 2));
    const guessAt: usize = (<usize>guess) << 3;
    const differs = (load<u64>(tuple) ^ load<u64>(guessAt)) | (load<u64>(tuple, 8) ^ load<u64>(guessAt, 8));
    // Whether a guess is right is hard to predict, so that nothing branches on it.
    store<u32>(misses + ((<usize>numMisses) << 2), i);
    numMisses += u32(guess === 0) | u32(differs !== 0);
    tuple += step;
  }
  return numMisses;
}

function listAll(from: u32, count: u32, misses: usize): u32 {
  for (let i: u32 = 0; i < count; i++) store<u32>(misses + ((<usize>i) << 2), from + i);
  return count;
}

function areEqual(tuple: usize, entry: usize, keysEnd: usize, floats: u32, nullMask: u32): bool {
  if (((load<u32>(tuple, 4) ^ load<u32>(entry, 4)) & nullMask) !== 0) return false;
  for (let key: usize = 8; key <= keysEnd; key += 8) {
    if (load<u64>(tuple + key) === load<u64>(entry + key)) continue;
    if (((floats >> ((<u32>key >> 3) - 1)) & 1) === 0) return false;
    if (load<f64>(tuple + key) !== load<f64>(entry + key)) return false;
  }
  return true;
}

export function findTuples(table: u32, tuples: u32, from: u32, numTuples: u32, mayInsert: u32, groups: u32): u32 {
  const own: usize = table << 3;
  const numCells = load<u32>(own);
  const lastCell = numCells - 1;
  const down: u32 = clz(numCells) + 1;
  const shift = load<u32>(own, 4);
  const limit = load<u32>(own, 16);
  const tupleSlots = load<u32>(own, 20);
  const keysEnd: usize = load<u32>(own, 24) << 3;
  const keptBytes: usize = load<u32>(own, 28) << 3;
  const entrySlots = load<u32>(own, 32);
  const floats = load<u32>(own, 36);
  const nullMask = load<u32>(own, 40);
  const misses: usize = own + 48;
  const pages: usize = misses + (BATCH << 2);
  const step: usize = tupleSlots << 3;
  const group: usize = groups << 3;
  let numFree = load<u32>(own, 8);
  let next = load<u32>(own, 12);
  const base: usize = tuples << 3;
  let begin = from;
  let end = from;
  // Cells are read for many tuples at once, and then entries, so that the cache misses of each overlap. What was guessed is right or wrong, but never
  // old, since entries stay where they are.
  for (; begin < numTuples; begin = end) {
    const count = min<u32>(BATCH, numTuples - begin);
    const first = base + <usize>begin * step;
    guessGroups(first, count, step, pages, shift, down, group + ((<usize>begin) << 2));
    const numMisses =
      keysEnd === 8 ? listMisses(first, begin, count, step, group, misses) : listAll(begin, count, misses);
    end = begin + count;
    for (let miss: u32 = 0; miss < numMisses; miss++) {
      const i = load<u32>(misses + ((<usize>miss) << 2));
      const tuple = base + <usize>i * step;
      const hash = load<u32>(tuple);
      let cell = firstCell(hash, shift, down);
      let address = addressOf(pages, cell);
      let entry = load<u32>(address);
      while (entry !== 0) {
        if (load<u32>(address, 4) === hash && areEqual(tuple, (<usize>entry) << 3, keysEnd, floats, nullMask)) break;
        cell = (cell + 1) & lastCell;
        address = addressOf(pages, cell);
        entry = load<u32>(address);
      }
      if (entry === 0 && mayInsert !== 0) {
        if (numFree === 0 || entrySlots > limit - next) {
          numTuples = i;
          end = i;
          break;
        }
        entry = next;
        next += entrySlots;
        numFree--;
        let to: usize = entry << 3;
        const entryEnd: usize = next << 3;
        for (let at: usize = 0; at < keptBytes; at += 8) {
          store<u64>(to, load<u64>(tuple + at));
          to += 8;
        }
        for (; to < entryEnd; to += 8) store<u64>(to, 0);
        store<u32>(address, entry);
        store<u32>(address, hash, 4);
      }
      store<u32>(group + ((<usize>i) << 2), entry);
    }
  }
  store<u32>(own, numFree, 8);
  store<u32>(own, next, 12);
  return begin;
}

export function indexTuples(table: u32, slot: u32, endSlot: u32): void {
  const own: usize = table << 3;
  const numCells = load<u32>(own);
  const lastCell = numCells - 1;
  const down: u32 = clz(numCells) + 1;
  const shift = load<u32>(own, 4);
  const entrySlots = load<u32>(own, 32);
  const pages: usize = own + 48 + (BATCH << 2);
  for (; slot < endSlot; slot += entrySlots) {
    const hash = load<u32>((<usize>slot) << 3);
    let cell = firstCell(hash, shift, down);
    let address = addressOf(pages, cell);
    while (load<u32>(address) !== 0) {
      cell = (cell + 1) & lastCell;
      address = addressOf(pages, cell);
    }
    store<u32>(address, slot);
    store<u32>(address, hash, 4);
  }
}
