// CRC-32C without tables in memory. The checksum is linear: with M a function that takes a register over 32 zero bits, words w0, w1, … give the
// register M(M(r ^ w0) ^ w1)… So 16 interleaved streams of words can be summed apart, each taken over 512 bits at a time,
//
//     V[j] = M^16(V[j]) ^ w[16 b + j]   for blocks b of 16 words,
//
// and brought together at the end: r = M(… M(M(V[0]) ^ V[1]) … ^ V[15]). M^16 is linear too: what it makes of a register is the sum of
// what it makes of its eight nibbles. That is eight lookups in tables of 16 words, done for all 16 streams at once with the lookup
// instruction, byte for byte: the four vectors p0 to p3 hold the four bytes of the 16 registers.

const POLYNOMIAL: u32 = 0x82f63b78;
const BLOCK_BYTES: u32 = 64;

/** Takes a register over zero bits. */
function overZeros(register: u32, numBits: u32): u32 {
  for (; numBits !== 0; numBits--) register = (register >> 1) ^ (POLYNOMIAL & (0 - (register & 1)));
  return register;
}

// t<nibble><byte>: byte number <byte> of what M^16 makes of each value of nibble number <nibble>.
let t00: v128 = i64x2(0, 0);
let t01: v128 = i64x2(0, 0);
let t02: v128 = i64x2(0, 0);
let t03: v128 = i64x2(0, 0);
let t10: v128 = i64x2(0, 0);
let t11: v128 = i64x2(0, 0);
let t12: v128 = i64x2(0, 0);
let t13: v128 = i64x2(0, 0);
let t20: v128 = i64x2(0, 0);
let t21: v128 = i64x2(0, 0);
let t22: v128 = i64x2(0, 0);
let t23: v128 = i64x2(0, 0);
let t30: v128 = i64x2(0, 0);
let t31: v128 = i64x2(0, 0);
let t32: v128 = i64x2(0, 0);
let t33: v128 = i64x2(0, 0);
let t40: v128 = i64x2(0, 0);
let t41: v128 = i64x2(0, 0);
let t42: v128 = i64x2(0, 0);
let t43: v128 = i64x2(0, 0);
let t50: v128 = i64x2(0, 0);
let t51: v128 = i64x2(0, 0);
let t52: v128 = i64x2(0, 0);
let t53: v128 = i64x2(0, 0);
let t60: v128 = i64x2(0, 0);
let t61: v128 = i64x2(0, 0);
let t62: v128 = i64x2(0, 0);
let t63: v128 = i64x2(0, 0);
let t70: v128 = i64x2(0, 0);
let t71: v128 = i64x2(0, 0);
let t72: v128 = i64x2(0, 0);
let t73: v128 = i64x2(0, 0);

let isReady: bool = false;

function table(nibble: u32, byte: u32): v128 {
  let low: u64 = 0;
  let high: u64 = 0;
  for (let bit: u32 = 0; bit < 4; bit++) {
    const image = <u64>((overZeros(1 << (nibble * 4 + bit), BLOCK_BYTES * 8) >> (byte * 8)) & 255);
    for (let value: u32 = 0; value < 16; value++) {
      if (((value >> bit) & 1) === 0) continue;
      if (value < 8) low ^= image << (value * 8);
      else high ^= image << ((value - 8) * 8);
    }
  }
  return i64x2.replace_lane(i64x2.splat(low), 1, high);
}

function makeTables(): void {
  t00 = table(0, 0);
  t01 = table(0, 1);
  t02 = table(0, 2);
  t03 = table(0, 3);
  t10 = table(1, 0);
  t11 = table(1, 1);
  t12 = table(1, 2);
  t13 = table(1, 3);
  t20 = table(2, 0);
  t21 = table(2, 1);
  t22 = table(2, 2);
  t23 = table(2, 3);
  t30 = table(3, 0);
  t31 = table(3, 1);
  t32 = table(3, 2);
  t33 = table(3, 3);
  t40 = table(4, 0);
  t41 = table(4, 1);
  t42 = table(4, 2);
  t43 = table(4, 3);
  t50 = table(5, 0);
  t51 = table(5, 1);
  t52 = table(5, 2);
  t53 = table(5, 3);
  t60 = table(6, 0);
  t61 = table(6, 1);
  t62 = table(6, 2);
  t63 = table(6, 3);
  t70 = table(7, 0);
  t71 = table(7, 1);
  t72 = table(7, 2);
  t73 = table(7, 3);
  isReady = true;
}

/** Moves the four bytes of the four words in a vector together. */
function groupBytes(words: v128): v128 {
  return i8x16.shuffle(words, words, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
}

/** Takes a register over `length` bytes, a multiple of 64 and not 0. */
export function crcOfBlocks(from: u32, length: u32, register: u32): u32 {
  if (!isReady) makeTables();
  const nibbles = i8x16.splat(15);
  let p0 = i64x2.splat(0);
  let p1 = i64x2.splat(0);
  let p2 = i64x2.splat(0);
  let p3 = i64x2.splat(0);
  let at: usize = from;
  let first = i32x4.replace_lane(i64x2.splat(0), 0, register);
  for (let rest = length; rest !== 0; rest -= BLOCK_BYTES) {
    const n0 = v128.and(p0, nibbles);
    const n1 = v128.and(i16x8.shr_u(p0, 4), nibbles);
    const n2 = v128.and(p1, nibbles);
    const n3 = v128.and(i16x8.shr_u(p1, 4), nibbles);
    const n4 = v128.and(p2, nibbles);
    const n5 = v128.and(i16x8.shr_u(p2, 4), nibbles);
    const n6 = v128.and(p3, nibbles);
    const n7 = v128.and(i16x8.shr_u(p3, 4), nibbles);
    const a = groupBytes(v128.xor(v128.load(at), first));
    const b = groupBytes(v128.load(at, 16));
    const c = groupBytes(v128.load(at, 32));
    const d = groupBytes(v128.load(at, 48));
    first = i64x2.splat(0);
    const ab01 = i32x4.shuffle(a, b, 0, 4, 1, 5);
    const ab23 = i32x4.shuffle(a, b, 2, 6, 3, 7);
    const cd01 = i32x4.shuffle(c, d, 0, 4, 1, 5);
    const cd23 = i32x4.shuffle(c, d, 2, 6, 3, 7);
    p0 = i64x2.shuffle(ab01, cd01, 0, 2);
    p1 = i64x2.shuffle(ab01, cd01, 1, 3);
    p2 = i64x2.shuffle(ab23, cd23, 0, 2);
    p3 = i64x2.shuffle(ab23, cd23, 1, 3);
    p0 = v128.xor(p0, v128.xor(i8x16.swizzle(t00, n0), i8x16.swizzle(t10, n1)));
    p0 = v128.xor(p0, v128.xor(i8x16.swizzle(t20, n2), i8x16.swizzle(t30, n3)));
    p0 = v128.xor(p0, v128.xor(i8x16.swizzle(t40, n4), i8x16.swizzle(t50, n5)));
    p0 = v128.xor(p0, v128.xor(i8x16.swizzle(t60, n6), i8x16.swizzle(t70, n7)));
    p1 = v128.xor(p1, v128.xor(i8x16.swizzle(t01, n0), i8x16.swizzle(t11, n1)));
    p1 = v128.xor(p1, v128.xor(i8x16.swizzle(t21, n2), i8x16.swizzle(t31, n3)));
    p1 = v128.xor(p1, v128.xor(i8x16.swizzle(t41, n4), i8x16.swizzle(t51, n5)));
    p1 = v128.xor(p1, v128.xor(i8x16.swizzle(t61, n6), i8x16.swizzle(t71, n7)));
    p2 = v128.xor(p2, v128.xor(i8x16.swizzle(t02, n0), i8x16.swizzle(t12, n1)));
    p2 = v128.xor(p2, v128.xor(i8x16.swizzle(t22, n2), i8x16.swizzle(t32, n3)));
    p2 = v128.xor(p2, v128.xor(i8x16.swizzle(t42, n4), i8x16.swizzle(t52, n5)));
    p2 = v128.xor(p2, v128.xor(i8x16.swizzle(t62, n6), i8x16.swizzle(t72, n7)));
    p3 = v128.xor(p3, v128.xor(i8x16.swizzle(t03, n0), i8x16.swizzle(t13, n1)));
    p3 = v128.xor(p3, v128.xor(i8x16.swizzle(t23, n2), i8x16.swizzle(t33, n3)));
    p3 = v128.xor(p3, v128.xor(i8x16.swizzle(t43, n4), i8x16.swizzle(t53, n5)));
    p3 = v128.xor(p3, v128.xor(i8x16.swizzle(t63, n6), i8x16.swizzle(t73, n7)));
    at += BLOCK_BYTES;
  }
  return together(p0, p1, p2, p3);
}

function together(p0: v128, p1: v128, p2: v128, p3: v128): u32 {
  // The other way round: bytes to words again.
  const low01 = i8x16.shuffle(p0, p1, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const high01 = i8x16.shuffle(p0, p1, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const low23 = i8x16.shuffle(p2, p3, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const high23 = i8x16.shuffle(p2, p3, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  let register: u32 = 0;
  register = overWords(register, i16x8.shuffle(low01, low23, 0, 8, 1, 9, 2, 10, 3, 11));
  register = overWords(register, i16x8.shuffle(low01, low23, 4, 12, 5, 13, 6, 14, 7, 15));
  register = overWords(register, i16x8.shuffle(high01, high23, 0, 8, 1, 9, 2, 10, 3, 11));
  return overWords(register, i16x8.shuffle(high01, high23, 4, 12, 5, 13, 6, 14, 7, 15));
}

function overWords(register: u32, words: v128): u32 {
  register = overZeros(register ^ i32x4.extract_lane(words, 0), 32);
  register = overZeros(register ^ i32x4.extract_lane(words, 1), 32);
  register = overZeros(register ^ i32x4.extract_lane(words, 2), 32);
  return overZeros(register ^ i32x4.extract_lane(words, 3), 32);
}
