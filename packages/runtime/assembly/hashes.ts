// Hashes keys that are one number, four rows at a time, and looks hashes up; see HashKernels. What is hashed are the nine canonical key
// bytes of the number: a tag and its canonical form, the highest byte first. As little-endian words they are
//
//     first   tag h3 h2 h1      second   h0 l3 l2 l1      rest   l0
//
// with h and l the high and the low word of the canonical form.

/** The kinds of numbers: NumberKind, where timestamp is a float64 with another tag. */
const KIND_INT32: u32 = 0;
const KIND_FLOAT64: u32 = 1;

const NUM_KEY_BYTES: u32 = 9;

function pointerOf(pointers: usize, row: u32, numRows: u32): usize {
  return load<u32>(pointers + (min<u32>(row, numRows - 1) << 2)) << 3;
}

/** Returns the fields of two rows. */
function twoNumbers(kind: u32, first: usize, second: usize): v128 {
  if (kind === KIND_INT32) {
    return f64x2.replace_lane(f64x2.splat(<f64>load<i32>(first)), 1, <f64>load<i32>(second));
  }
  return i64x2.replace_lane(i64x2.splat(load<i64>(first)), 1, load<i64>(second));
}

function areNaN(high: v128, low: v128): v128 {
  const exponent = i32x4.splat(0x7ff00000);
  const fraction = v128.or(v128.and(high, i32x4.splat(0x000fffff)), low);
  return v128.and(i32x4.eq(v128.and(high, exponent), exponent), i32x4.ne(fraction, i32x4.splat(0)));
}

function swapBytes(words: v128): v128 {
  return i8x16.shuffle(words, words, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
}

function rotate(words: v128, bits: i32): v128 {
  return v128.or(i32x4.shl(words, bits), i32x4.shr_u(words, 32 - bits));
}

/** The three words of four keys that the last call of readKeys read. */
let firstWords: v128 = i64x2(0, 0);
let secondWords: v128 = i64x2(0, 0);
let restWords: v128 = i64x2(0, 0);

function readKeys(kind: u32, tag: u32, pointers: usize, row: u32, numRows: u32, fieldOffset: u32): void {
  const row0 = pointerOf(pointers, row, numRows) + fieldOffset;
  const row1 = pointerOf(pointers, row + 1, numRows) + fieldOffset;
  const row2 = pointerOf(pointers, row + 2, numRows) + fieldOffset;
  const row3 = pointerOf(pointers, row + 3, numRows) + fieldOffset;
  const numbers01 = twoNumbers(kind, row0, row1);
  const numbers23 = twoNumbers(kind, row2, row3);
  let low = i32x4.shuffle(numbers01, numbers23, 0, 2, 4, 6);
  let high = i32x4.shuffle(numbers01, numbers23, 1, 3, 5, 7);
  const sign = i32x4.splat(0x80000000);
  if (kind <= KIND_FLOAT64) {
    const isNegativeZero = v128.and(i32x4.eq(high, sign), i32x4.eq(low, i32x4.splat(0)));
    high = v128.andnot(high, isNegativeZero);
    const nan = areNaN(high, low);
    const negative = i32x4.shr_s(high, 31);
    low = v128.andnot(v128.xor(low, negative), nan);
    high = v128.xor(high, v128.or(negative, sign));
    high = v128.bitselect(i32x4.splat(0xfff80000), high, nan);
  } else high = v128.xor(high, sign);
  high = swapBytes(high);
  low = swapBytes(low);
  firstWords = v128.or(i32x4.shl(high, 8), i32x4.splat(tag));
  secondWords = v128.or(i32x4.shr_u(high, 24), i32x4.shl(low, 8));
  restWords = i32x4.shr_u(low, 24);
}

/** Writes up to four hashes, and what null hashes to where there is one. */
function writeHashes(
  values: v128,
  pointers: usize,
  row: u32,
  numRows: u32,
  nullOffset: u32,
  nullMask: u32,
  nullHash: u32,
  hashes: usize,
): void {
  let out = hashes + (row << 2);
  if (row + 4 <= numRows) v128.store(out, values);
  else {
    store<u32>(out, i32x4.extract_lane(values, 0));
    if (row + 1 < numRows) store<u32>(out, i32x4.extract_lane(values, 1), 4);
    if (row + 2 < numRows) store<u32>(out, i32x4.extract_lane(values, 2), 8);
  }
  if (nullMask === 0) return;
  for (const end = min<u32>(row + 4, numRows); row < end; row++) {
    if ((load<u32>(pointerOf(pointers, row, numRows) + nullOffset) & nullMask) !== 0) store<u32>(out, nullHash);
    out += 4;
  }
}

// HalfSipHash-1-3 of nine bytes: core's table hash.
export function tableHashes(
  kind: u32,
  tag: u32,
  pointers: u32,
  numRows: u32,
  fieldSlot: u32,
  nullWord: u32,
  nullMask: u32,
  nullHash: u32,
  seedLow: u32,
  seedHigh: u32,
  hashes: u32,
): void {
  const pointer: usize = pointers << 3;
  for (let row: u32 = 0; row < numRows; row += 4) {
    readKeys(kind, tag, pointer, row, numRows, fieldSlot << 3);
    let v0 = i32x4.splat(seedLow);
    let v1 = i32x4.splat(seedHigh);
    let v2 = i32x4.splat(0x6c796765 ^ seedLow);
    let v3 = i32x4.splat(0x74656462 ^ seedHigh);
    for (let step = 0; step < 6; step++) {
      let word = i32x4.splat(0);
      if (step === 0) word = firstWords;
      else if (step === 1) word = secondWords;
      else if (step === 2) word = v128.or(restWords, i32x4.splat(NUM_KEY_BYTES << 24));
      else if (step === 3) v2 = v128.xor(v2, i32x4.splat(0xff));
      v3 = v128.xor(v3, word);
      v0 = i32x4.add(v0, v1);
      v1 = v128.xor(rotate(v1, 5), v0);
      v0 = rotate(v0, 16);
      v2 = i32x4.add(v2, v3);
      v3 = v128.xor(rotate(v3, 8), v2);
      v0 = i32x4.add(v0, v3);
      v3 = v128.xor(rotate(v3, 7), v0);
      v2 = i32x4.add(v2, v1);
      v1 = v128.xor(rotate(v1, 13), v2);
      v2 = rotate(v2, 16);
      v0 = v128.xor(v0, word);
    }
    writeHashes(v128.xor(v1, v3), pointer, row, numRows, nullWord << 2, nullMask, nullHash, hashes << 3);
  }
}

function mix(hash: v128, word: v128): v128 {
  return i32x4.add(i32x4.mul(rotate(v128.xor(hash, scramble(word)), 13), i32x4.splat(5)), i32x4.splat(0xe6546b64));
}

function scramble(word: v128): v128 {
  return i32x4.mul(rotate(i32x4.mul(word, i32x4.splat(0xcc9e2d51)), 15), i32x4.splat(0x1b873593));
}

// MurmurHash3_x86_32 of nine bytes: core's partition hash.
export function partitionHashes(
  kind: u32,
  tag: u32,
  pointers: u32,
  numRows: u32,
  fieldSlot: u32,
  nullWord: u32,
  nullMask: u32,
  nullHash: u32,
  hashes: u32,
): void {
  const pointer: usize = pointers << 3;
  for (let row: u32 = 0; row < numRows; row += 4) {
    readKeys(kind, tag, pointer, row, numRows, fieldSlot << 3);
    let hash = mix(mix(i32x4.splat(0), firstWords), secondWords);
    hash = v128.xor(v128.xor(hash, scramble(restWords)), i32x4.splat(NUM_KEY_BYTES));
    hash = i32x4.mul(v128.xor(hash, i32x4.shr_u(hash, 16)), i32x4.splat(0x85ebca6b));
    hash = i32x4.mul(v128.xor(hash, i32x4.shr_u(hash, 13)), i32x4.splat(0xc2b2ae35));
    hash = v128.xor(hash, i32x4.shr_u(hash, 16));
    writeHashes(hash, pointer, row, numRows, nullWord << 2, nullMask, nullHash, hashes << 3);
  }
}

/** How many buckets are read in advance, so that they are on their way from memory at the same time. */
const BATCH: u32 = 32;

/** Takes what was read only to have it in the cache. It is exported so that no optimizer leaves the reads out. */
export let keptOfBuckets: u32 = 0;

export function probe(hashes: u32, numHashes: u32, table: u32, mask: u32, buckets: u32): void {
  const base: usize = table << 3;
  let hash: usize = hashes << 3;
  let out: usize = buckets << 3;
  while (numHashes !== 0) {
    const count = min<u32>(numHashes, BATCH);
    touch(hash, count, base, mask);
    for (let i: u32 = 0; i < count; i++) {
      const wanted = load<u32>(hash + (i << 2));
      let bucket = wanted & mask;
      while (load<u32>(base + (bucket << 3), 4) !== 0 && load<u32>(base + (bucket << 3)) !== wanted) {
        bucket = (bucket + 1) & mask;
      }
      store<u32>(out + (i << 2), bucket);
    }
    hash += count << 2;
    out += count << 2;
    numHashes -= count;
  }
}

export function insert(hashes: u32, pointers: u32, numHashes: u32, table: u32, mask: u32): void {
  const base: usize = table << 3;
  let hash: usize = hashes << 3;
  let pointer: usize = pointers << 3;
  while (numHashes !== 0) {
    const count = min<u32>(numHashes, BATCH);
    touch(hash, count, base, mask);
    for (let i: u32 = 0; i < count; i++) {
      const own = load<u32>(hash + (i << 2));
      let bucket = own & mask;
      while (load<u32>(base + (bucket << 3), 4) !== 0) bucket = (bucket + 1) & mask;
      store<u32>(base + (bucket << 3), own);
      store<u32>(base + (bucket << 3), load<u32>(pointer + (i << 2)), 4);
    }
    hash += count << 2;
    pointer += count << 2;
    numHashes -= count;
  }
}

function touch(hash: usize, count: u32, base: usize, mask: u32): void {
  let touched: u32 = 0;
  for (let i: u32 = 0; i < count; i++) touched += load<u32>(base + ((load<u32>(hash + (i << 2)) & mask) << 3));
  keptOfBuckets = touched;
}
