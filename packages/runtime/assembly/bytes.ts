// Looks through bytes; see ByteKernels, and needles.ts for the layout of a set of needles.

export function findBytes(from: u32, length: u32, bytes: u32, positions: u32, maxPositions: u32): u32 {
  const a = i8x16.splat(<i8>bytes);
  const b = i8x16.splat(<i8>(bytes >> 8));
  const c = i8x16.splat(<i8>(bytes >> 16));
  const d = i8x16.splat(<i8>(bytes >> 24));
  const first: usize = positions << 3;
  const last = first + (maxPositions << 2);
  let out = first;
  let at: u32 = 0;
  for (; at + 16 <= length; at += 16) {
    const block = v128.load(from + at);
    const found = v128.or(
      v128.or(i8x16.eq(block, a), i8x16.eq(block, b)),
      v128.or(i8x16.eq(block, c), i8x16.eq(block, d)),
    );
    let bits = <u32>i8x16.bitmask(found);
    while (bits !== 0) {
      if (out === last) return maxPositions;
      store<u32>(out, at + <u32>ctz(bits));
      out += 4;
      bits &= bits - 1;
    }
  }
  for (; at < length; at++) {
    const byte = load<u8>(from + at);
    if (byte === <u8>bytes || byte === <u8>(bytes >> 8) || byte === <u8>(bytes >> 16) || byte === <u8>(bytes >> 24)) {
      if (out === last) return maxPositions;
      store<u32>(out, at);
      out += 4;
    }
  }
  return <u32>(out - first) >> 2;
}

const MAX_NEEDLES: u32 = 8;
const SHORTEST_OFFSET: usize = 4;
const TABLES_OFFSET: usize = 8;
const NEEDLES_OFFSET: usize = 104;

// Teddy (Geoffrey Langdale, in Hyperscan): for 16 positions at once, two lookups by nibble tell which needles, one bit for each,
// could have a byte as their first, and two more as their second. Where a bit is left over, the third byte is looked at too; where
// one is still left, needles are compared.
export function findNeedles(from: u32, length: u32, needles: u32, matches: u32, maxMatches: u32): u32 {
  const set: usize = needles << 3;
  if (length < load<u32>(set, SHORTEST_OFFSET) || maxMatches < MAX_NEEDLES) return 0;
  const low0 = v128.load(set, TABLES_OFFSET);
  const high0 = v128.load(set, TABLES_OFFSET + 16);
  const low1 = v128.load(set, TABLES_OFFSET + 32);
  const high1 = v128.load(set, TABLES_OFFSET + 48);
  const first: usize = matches << 3;
  const last = first + ((maxMatches - MAX_NEEDLES) << 3);
  let out = first;
  let at: u32 = 0;
  for (; at + 18 <= length; at += 16) {
    let could = v128.and(couldBe(v128.load(from + at), low0, high0), couldBe(v128.load(from + at, 1), low1, high1));
    if (!v128.any_true(could)) continue;
    const low2 = v128.load(set, TABLES_OFFSET + 64);
    const high2 = v128.load(set, TABLES_OFFSET + 80);
    could = v128.and(could, couldBe(v128.load(from + at, 2), low2, high2));
    let positions = ~(<u32>i8x16.bitmask(i8x16.eq(could, i8x16.splat(0)))) & 0xffff;
    while (positions !== 0) {
      if (out > last) return <u32>(out - first) >> 3;
      out = compareAt(from, at + <u32>ctz(positions), length, set, out);
      positions &= positions - 1;
    }
  }
  for (; at < length; at++) {
    if (out > last) break;
    out = compareAt(from, at, length, set, out);
  }
  return <u32>(out - first) >> 3;
}

/** Returns for each byte the needles that could have it. */
function couldBe(bytes: v128, low: v128, high: v128): v128 {
  const nibbles = i8x16.splat(15);
  const upper = v128.and(i16x8.shr_u(bytes, 4), nibbles);
  return v128.and(i8x16.swizzle(low, v128.and(bytes, nibbles)), i8x16.swizzle(high, upper));
}

/** Writes the needles that begin at one position, and returns where the next match is written. */
function compareAt(from: u32, at: u32, length: u32, set: usize, out: usize): usize {
  const numNeedles = load<u32>(set);
  for (let needle: u32 = 0; needle < numNeedles; needle++) {
    const entry = set + NEEDLES_OFFSET + (needle << 3);
    const size = load<u32>(entry);
    if (size <= length - at && isEqual(from + at, set + load<u32>(entry, 4), size)) {
      store<u32>(out, at);
      store<u32>(out, needle, 4);
      out += 8;
    }
  }
  return out;
}

function isEqual(left: usize, right: usize, size: u32): bool {
  for (; size >= 8; size -= 8) {
    if (load<u64>(left) !== load<u64>(right)) return false;
    left += 8;
    right += 8;
  }
  for (; size !== 0; size--) {
    if (load<u8>(left) !== load<u8>(right)) return false;
    left++;
    right++;
  }
  return true;
}
