// The checksum of spilled blocks; see kernels/checksum-twin.ts for what it is. Four vectors hold its sixteen lanes.

const WORD_PRIME: u32 = 0x85ebca77;
const LANE_PRIME: u32 = 0x9e3779b1;
const LOW_PRIME: u32 = 0xc2b2ae3d;
const HIGH_PRIME: u32 = 0x27d4eb2f;
const SEED_PRIME: u32 = 0x165667b1;
const STRIPE_BYTES: usize = 64;
const HIGH_SHIFT: u32 = 11;
const TWO_TO_32: f64 = 4294967296;

let low: u32 = 0;
let high: u32 = 0;

/** Takes four words into four lanes. */
function taken(lanes: v128, words: v128): v128 {
  const sum = i32x4.add(lanes, i32x4.mul(words, i32x4.splat(WORD_PRIME)));
  return i32x4.mul(v128.or(i32x4.shl(sum, 13), i32x4.shr_u(sum, 19)), i32x4.splat(LANE_PRIME));
}

function seeds(first: u32): v128 {
  const lanes = i32x4.replace_lane(i32x4.splat(first), 1, first + 1);
  return i32x4.mul(i32x4.replace_lane(i32x4.replace_lane(lanes, 2, first + 2), 3, first + 3), i32x4.splat(SEED_PRIME));
}

function foldWord(word: u32): void {
  low = rotl<u32>(low ^ word, 15) * LOW_PRIME;
  high = rotl<u32>(high + word, 11) * HIGH_PRIME;
}

function foldLanes(lanes: v128): void {
  foldWord(i32x4.extract_lane(lanes, 0));
  foldWord(i32x4.extract_lane(lanes, 1));
  foldWord(i32x4.extract_lane(lanes, 2));
  foldWord(i32x4.extract_lane(lanes, 3));
}

function mixed(word: u32): u32 {
  word = (word ^ (word >> 16)) * WORD_PRIME;
  word = (word ^ (word >> 13)) * LOW_PRIME;
  return word ^ (word >> 16);
}

export function checksum(from: u32, length: u32): f64 {
  let a = seeds(1);
  let b = seeds(5);
  let c = seeds(9);
  let d = seeds(13);
  let at: usize = from;
  let rest = length;
  for (; rest >= <u32>STRIPE_BYTES; rest -= <u32>STRIPE_BYTES) {
    a = taken(a, v128.load(at));
    b = taken(b, v128.load(at, 16));
    c = taken(c, v128.load(at, 32));
    d = taken(d, v128.load(at, 48));
    at += STRIPE_BYTES;
  }
  low = length;
  high = length;
  foldLanes(a);
  foldLanes(b);
  foldLanes(c);
  foldLanes(d);
  for (; rest !== 0; rest -= 4) {
    foldWord(load<u32>(at));
    at += 4;
  }
  return <f64>(mixed(high) >> HIGH_SHIFT) * TWO_TO_32 + <f64>mixed(low);
}
