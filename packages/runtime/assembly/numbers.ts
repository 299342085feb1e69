// Gathers and adds numbers by index; see NumberKernels.

export function gatherNumbers(values: u32, indexes: u32, numIndexes: u32, out: u32): void {
  const from: usize = values << 3;
  let index: usize = indexes << 3;
  let to: usize = out << 3;
  for (; numIndexes >= 4; numIndexes -= 4) {
    const value0 = load<u64>(from + (load<u32>(index) << 3));
    const value1 = load<u64>(from + (load<u32>(index, 4) << 3));
    const value2 = load<u64>(from + (load<u32>(index, 8) << 3));
    const value3 = load<u64>(from + (load<u32>(index, 12) << 3));
    store<u64>(to, value0);
    store<u64>(to, value1, 8);
    store<u64>(to, value2, 16);
    store<u64>(to, value3, 24);
    index += 16;
    to += 32;
  }
  for (; numIndexes !== 0; numIndexes--) {
    store<u64>(to, load<u64>(from + (load<u32>(index) << 3)));
    index += 4;
    to += 8;
  }
}

export function scatterAdd(targets: u32, indexes: u32, values: u32, numIndexes: u32): void {
  const to: usize = targets << 3;
  let index: usize = indexes << 3;
  let value: usize = values << 3;
  for (let rest = numIndexes; rest !== 0; rest--) {
    const target = to + (load<u32>(index) << 3);
    store<f64>(target, load<f64>(target) + load<f64>(value));
    index += 4;
    value += 8;
  }
}

export function sumGathered(offsets: u32, numSums: u32, indexes: u32, values: u32, out: u32): void {
  const from: usize = values << 3;
  const offset: usize = offsets << 3;
  let begin = load<u32>(offset);
  let index: usize = (indexes << 3) + (begin << 2);
  for (let i: u32 = 0; i < numSums; i++) {
    const end = load<u32>(offset + (i << 2), 4);
    let count = end - begin;
    let sum0: f64 = 0;
    let sum1: f64 = 0;
    let sum2: f64 = 0;
    let sum3: f64 = 0;
    while (count >= 4) {
      sum0 += load<f64>(from + (load<u32>(index) << 3));
      sum1 += load<f64>(from + (load<u32>(index, 4) << 3));
      sum2 += load<f64>(from + (load<u32>(index, 8) << 3));
      sum3 += load<f64>(from + (load<u32>(index, 12) << 3));
      index += 16;
      count -= 4;
    }
    if (count > 0) sum0 += load<f64>(from + (load<u32>(index) << 3));
    if (count > 1) sum1 += load<f64>(from + (load<u32>(index, 4) << 3));
    if (count > 2) sum2 += load<f64>(from + (load<u32>(index, 8) << 3));
    index += count << 2;
    store<f64>((out << 3) + (i << 3), sum0 + sum1 + (sum2 + sum3));
    begin = end;
  }
}
