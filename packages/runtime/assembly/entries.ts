// Sorts entries of 16 bytes. The interface SortKernels says what each function does, and how bits and digits of entries count.
//
// As two numbers of 64 bits an entry is (high, middle << 32 | low), so the bits of an entry are those of the first number and
// then those of the second.

const PAGE_BYTES: u32 = 32768;
const ENTRY_BYTES: u32 = 16;
const ENTRIES_PER_PAGE: u32 = 2048;
const ENTRIES_PER_PAGE_SHIFT: u32 = 11;
const ENTRY_BITS: u32 = 128;
const DIGIT_VALUES: u32 = 256;
const MAX_INSERTION_RUN: u32 = 48;

/** Returns the address of an entry. */
function entryAt(pages: u32, index: u32): usize {
  return (
    (load<u32>((pages << 3) + ((index >> ENTRIES_PER_PAGE_SHIFT) << 2)) << 3) +
    (index & (ENTRIES_PER_PAGE - 1)) * ENTRY_BYTES
  );
}

/** Returns the end of the part of a range that lies in the page of its first entry. */
function endInPage(from: u32, to: u32): u32 {
  return min<u32>(to, (from | (ENTRIES_PER_PAGE - 1)) + 1);
}

/** Returns the offset in an entry of the word that has a bit. */
function wordOffset(bit: u32): usize {
  return ((bit >> 5) ^ 1) << 2;
}

function digitShift(bit: u32): u32 {
  return <u32>max<i32>(0, 24 - <i32>(bit & 31));
}

function nextDigit(bit: u32): u32 {
  return min<u32>(bit + 8, (bit | 31) + 1);
}

function digitOf(entry: usize, offset: usize, shift: u32): u32 {
  return (load<u32>(entry + offset) >> shift) & (DIGIT_VALUES - 1);
}

/** Returns which bits of an entry's first number are among its first `numBits` bits. */
function highMask(numBits: u32): u64 {
  return numBits === 0 ? 0 : numBits >= 64 ? ~0 : ~(~(<u64>0) >> numBits);
}

/** Returns which bits of an entry's second number are among its first `numBits` bits. */
function restMask(numBits: u32): u64 {
  return numBits <= 64 ? 0 : highMask(numBits - 64);
}

export function firstVaryingBit(pages: u32, from: u32, to: u32, bit: u32): u32 {
  const highBits = bit >= 64 ? 0 : ~(<u64>0) >> bit;
  const restBits = bit >= ENTRY_BITS ? 0 : bit <= 64 ? ~(<u64>0) : ~(<u64>0) >> (bit - 64);
  const first = v128.load(entryAt(pages, from));
  let high: u64 = 0;
  let rest: u64 = 0;
  while (from < to) {
    let varying = i64x2.splat(0);
    const end = endInPage(from, to);
    let entry = entryAt(pages, from);
    for (; from < end; from++) {
      varying = v128.or(varying, v128.xor(first, v128.load(entry)));
      entry += ENTRY_BYTES;
    }
    high |= i64x2.extract_lane(varying, 0) & highBits;
    rest |= i64x2.extract_lane(varying, 1) & restBits;
    // No entry to come can differ earlier.
    if (bit < 64 && <u32>clz(high) === bit) return bit;
  }
  return high !== 0 ? <u32>clz(high) : 64 + <u32>clz(rest);
}

export function countDigits(pages: u32, from: u32, to: u32, bit: u32, numDigits: u32, counts: u32): void {
  let table: usize = counts << 3;
  memory.fill(table, 0, numDigits * DIGIT_VALUES * 4);
  while (numDigits >= 3) {
    count3(pages, from, to, bit, table);
    bit = nextDigit(nextDigit(nextDigit(bit)));
    table += DIGIT_VALUES * 12;
    numDigits -= 3;
  }
  for (; numDigits !== 0; numDigits--) {
    count1(pages, from, to, bit, table);
    bit = nextDigit(bit);
    table += DIGIT_VALUES * 4;
  }
}

function count1(pages: u32, from: u32, to: u32, bit: u32, table: usize): void {
  const offset = wordOffset(bit);
  const shift = digitShift(bit);
  while (from < to) {
    const end = endInPage(from, to);
    let entry = entryAt(pages, from);
    for (; from < end; from++) {
      addOne(table + (digitOf(entry, offset, shift) << 2));
      entry += ENTRY_BYTES;
    }
  }
}

function count3(pages: u32, from: u32, to: u32, bit: u32, table: usize): void {
  const bit1 = nextDigit(bit);
  const bit2 = nextDigit(bit1);
  const offset0 = wordOffset(bit);
  const offset1 = wordOffset(bit1);
  const offset2 = wordOffset(bit2);
  const shift0 = digitShift(bit);
  const shift1 = digitShift(bit1);
  const shift2 = digitShift(bit2);
  while (from < to) {
    const end = endInPage(from, to);
    let entry = entryAt(pages, from);
    for (; from < end; from++) {
      addOne(table + (digitOf(entry, offset0, shift0) << 2));
      addOne(table + DIGIT_VALUES * 4 + (digitOf(entry, offset1, shift1) << 2));
      addOne(table + DIGIT_VALUES * 8 + (digitOf(entry, offset2, shift2) << 2));
      entry += ENTRY_BYTES;
    }
  }
}

function addOne(address: usize): void {
  store<u32>(address, load<u32>(address) + 1);
}

// For each value of the digit the scratch holds the address of its next entry, and the number of the page after that entry's.
// Pages are aligned to their size, so an address that is a multiple of it is one behind the end of a page.
export function scatterByDigit(
  pages: u32,
  toPages: u32,
  from: u32,
  to: u32,
  rangeEnd: u32,
  bit: u32,
  scratch: u32,
): void {
  const cursors: usize = scratch << 3;
  const lastPage = (rangeEnd - 1) >> ENTRIES_PER_PAGE_SHIFT;
  const offset = wordOffset(bit);
  const shift = digitShift(bit);
  while (from < to) {
    const end = endInPage(from, to);
    let entry = entryAt(pages, from);
    for (; from < end; from++) {
      const cursor = cursors + (digitOf(entry, offset, shift) << 3);
      const target = load<u32>(cursor);
      v128.store(target, v128.load(entry));
      if (((target + ENTRY_BYTES) & (PAGE_BYTES - 1)) !== 0) store<u32>(cursor, target + ENTRY_BYTES);
      else turnPage(toPages, cursor, lastPage);
      entry += ENTRY_BYTES;
    }
  }
}

export function beginScatter(pages: u32, from: u32, to: u32, counts: u32, scratch: u32): void {
  let cursors: usize = scratch << 3;
  const lastPage = (to - 1) >> ENTRIES_PER_PAGE_SHIFT;
  let count: usize = counts << 3;
  for (const end = count + DIGIT_VALUES * 4; count < end; count += 4) {
    // A value that has no entries may begin behind the last page. A condition on the count would be guessed wrong too often.
    const page = min<u32>(from >> ENTRIES_PER_PAGE_SHIFT, lastPage);
    store<u32>(cursors, <u32>entryAt(pages, (page << ENTRIES_PER_PAGE_SHIFT) | (from & (ENTRIES_PER_PAGE - 1))));
    store<u32>(cursors, page + 1, 4);
    cursors += 8;
    from += load<u32>(count);
  }
}

function turnPage(pages: u32, cursor: usize, lastPage: u32): void {
  const page = load<u32>(cursor, 4);
  if (page > lastPage) return;
  store<u32>(cursor, <u32>entryAt(pages, page << ENTRIES_PER_PAGE_SHIFT));
  store<u32>(cursor, page + 1, 4);
}

// The scratch holds for each value of the digit the number of the entry up to which its range is done.
export function permuteByDigit(pages: u32, from: u32, _to: u32, bit: u32, counts: u32, scratch: u32): void {
  const cursors: usize = scratch << 3;
  let begin = from;
  for (let value: u32 = 0; value < DIGIT_VALUES; value++) {
    store<u32>(cursors + (value << 2), begin);
    begin += load<u32>((counts << 3) + (value << 2));
  }
  const offset = wordOffset(bit);
  const shift = digitShift(bit);
  let end = from;
  for (let value: u32 = 0; value < DIGIT_VALUES; value++) {
    end += load<u32>((counts << 3) + (value << 2));
    const own = cursors + (value << 2);
    for (let at = load<u32>(own); at < end; ) {
      const entry = entryAt(pages, at);
      const found = digitOf(entry, offset, shift);
      if (found === value) at++;
      else {
        const cursor = cursors + (found << 2);
        const other = entryAt(pages, load<u32>(cursor));
        const content = v128.load(entry);
        v128.store(entry, v128.load(other));
        v128.store(other, content);
        addOne(cursor);
      }
    }
    store<u32>(own, end);
  }
}

export function orderShortRuns(pages: u32, from: u32, to: u32, numBits: u32, numSorted: u32): u32 {
  for (let begin = findRun(pages, from, to, numBits); begin < to; ) {
    const end = endOfRun(pages, begin, to, numBits);
    if (end - begin > MAX_INSERTION_RUN) return begin;
    sortByInsertion(pages, begin, end, highMask(numSorted), restMask(numSorted));
    begin = findRun(pages, end, to, numBits);
  }
  return to;
}

export function findRun(pages: u32, from: u32, to: u32, numBits: u32): u32 {
  if (from + 1 >= to) return to;
  const highBits = highMask(numBits);
  const restBits = restMask(numBits);
  let entry = entryAt(pages, from);
  let high = load<u64>(entry) & highBits;
  let rest = load<u64>(entry, 8) & restBits;
  let i = from + 1;
  while (i < to) {
    const end = endInPage(i, to);
    entry = entryAt(pages, i);
    for (; i < end; i++) {
      const nextHigh = load<u64>(entry) & highBits;
      const nextRest = load<u64>(entry, 8) & restBits;
      if (nextHigh === high && nextRest === rest) return i - 1;
      high = nextHigh;
      rest = nextRest;
      entry += ENTRY_BYTES;
    }
  }
  return to;
}

export function endOfRun(pages: u32, from: u32, to: u32, numBits: u32): u32 {
  const highBits = highMask(numBits);
  const restBits = restMask(numBits);
  let entry = entryAt(pages, from);
  const high = load<u64>(entry) & highBits;
  const rest = load<u64>(entry, 8) & restBits;
  let i = from + 1;
  while (i < to) {
    const end = endInPage(i, to);
    entry = entryAt(pages, i);
    for (; i < end; i++) {
      if ((load<u64>(entry) & highBits) !== high || (load<u64>(entry, 8) & restBits) !== rest) return i;
      entry += ENTRY_BYTES;
    }
  }
  return to;
}

function sortByInsertion(pages: u32, from: u32, to: u32, highBits: u64, restBits: u64): void {
  for (let i = from + 1; i < to; i++) {
    let hole = entryAt(pages, i);
    const content = v128.load(hole);
    const high = load<u64>(hole) & highBits;
    const rest = load<u64>(hole, 8) & restBits;
    for (let j = i; j > from; j--) {
      const left = entryAt(pages, j - 1);
      const leftHigh = load<u64>(left) & highBits;
      if (leftHigh < high || (leftHigh === high && (load<u64>(left, 8) & restBits) <= rest)) break;
      v128.store(hole, v128.load(left));
      hole = left;
    }
    v128.store(hole, content);
  }
}

export function copyEntries(pages: u32, toPages: u32, from: u32, to: u32): void {
  while (from < to) {
    const end = endInPage(from, to);
    memory.copy(entryAt(toPages, from), entryAt(pages, from), (end - from) * ENTRY_BYTES);
    from = end;
  }
}
