/**
 * The kernels in WebAssembly against their twins in TypeScript, and against what Node.js has where it has the like. Memories are
 * larger than the caches where it matters. Every round runs all contenders, each time beginning with another one; ratios are taken
 * within a round, to the twin.
 *
 *     node src/kernels.ts [name of a benchmark …]            (after a build)
 */
import { crc32c, Memory, type NumberKind, PAGE_SIZE_BYTES } from "@millrace/core";
import { SeededRandom } from "@millrace/host-test";
import {
  ENTRIES_PER_PAGE,
  ENTRY_WORDS,
  EntrySorter,
  type Kernels,
  kernelsFor,
  SORTER_SCRATCH_SLOTS,
  sameBytes,
  writeNeedles,
} from "@millrace/runtime/parts";
import { measure, printTable } from "./measure.ts";

const PAGE_SLOTS = PAGE_SIZE_BYTES / 8;
const random = new SeededRandom(1);

/** Both implementations, over one memory. */
function kernelsOf(numPages: number): { readonly memory: Memory; readonly twin: Kernels; readonly wasm: Kernels } {
  const size = Math.ceil((numPages * PAGE_SIZE_BYTES) / 65_536);
  const wasmMemory = new WebAssembly.Memory({ initial: size, maximum: 65_536, shared: true });
  const memory = new Memory(wasmMemory.buffer);
  const twin = kernelsFor(new Memory(wasmMemory.buffer), wasmMemory, { implementation: "typescript" });
  return { memory, twin, wasm: kernelsFor(memory, wasmMemory) };
}

/** Prints the rates of both, and of others. */
function compare(
  title: string,
  numItems: number,
  { twin, wasm }: { readonly twin: Kernels; readonly wasm: Kernels },
  run: (kernels: Kernels) => number,
  others: Readonly<Record<string, () => number>> = {},
): void {
  const contenders = { typescript: () => run(twin), wasm: () => run(wasm), ...others };
  printTable(title, measure(contenders, numItems, "typescript"));
}

const NUM_ROWS = 1 << 19;

/** Writes rows of `numSlots` slots from page `page` on, one behind the other, with random numbers in slot 1. */
function writeRows(memory: Memory, page: number, numSlots: number): number[] {
  return Array.from({ length: NUM_ROWS }, (_, i) => {
    const slot = page * PAGE_SLOTS + i * numSlots;
    memory.i32[slot * 2] = numSlots * 8;
    memory.i32[slot * 2 + 2] = random.seed();
    memory.i32[slot * 2 + 3] = random.seed();
    return slot;
  });
}

function shuffle(items: number[]): number[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [items[i], items[j]] = [items[j]!, items[i]!];
  }
  return items;
}

function copyRows(): void {
  for (const numSlots of [3, 8, 16]) {
    const pagesOfRows = Math.ceil((NUM_ROWS * numSlots) / PAGE_SLOTS);
    const kernels = kernelsOf(pagesOfRows + 600);
    const { memory } = kernels;
    const rows = shuffle(writeRows(memory, 600, numSlots));
    rows.forEach((slot, i) => {
      memory.i32[i * ENTRY_WORDS + 2] = slot;
    });
    compare(`copyRows of ${numSlots * 8} bytes in random order, page by page`, NUM_ROWS, kernels, (own) => {
      let done = 0;
      while (done < NUM_ROWS) {
        const to = 300 * PAGE_SLOTS + (done & 255) * 16;
        done += own.copyRows(done * 2 + 1, ENTRY_WORDS, NUM_ROWS - done, to, to + PAGE_SLOTS);
      }
      return done;
    });
  }
}

function partitionRows(): void {
  const numSlots = 4;
  const pagesOfRows = Math.ceil((NUM_ROWS * numSlots) / PAGE_SLOTS);
  const kernels = kernelsOf(2 * pagesOfRows + 1500);
  const { memory } = kernels;
  const rows = writeRows(memory, 1500, numSlots);
  rows.forEach((slot, i) => {
    memory.i32[i] = slot;
    memory.i32[NUM_ROWS + i] = random.seed();
  });
  const cursors = NUM_ROWS;
  const numPartitions = 256;
  compare("partitionRows of 32 bytes over 256 partitions", NUM_ROWS, kernels, (own) => {
    let nextPage = 0;
    let done = 0;
    memory.i32.fill(0, cursors * 2, (cursors + numPartitions) * 2);
    for (;;) {
      done += own.partitionRows(done >> 1, (NUM_ROWS + done) >> 1, NUM_ROWS - done, 24, 255, cursors);
      if (done >= NUM_ROWS) return nextPage;
      // The pointers of the next call begin at a slot, so it may repeat one row.
      done &= ~1;
      for (const i of [done, done + 1]) {
        const cursor = (cursors + (memory.i32[NUM_ROWS + i]! >>> 24)) * 2;
        if (memory.i32[cursor + 1]! - memory.i32[cursor]! >= numSlots) continue;
        memory.i32[cursor] = (1500 + pagesOfRows + (nextPage++ % pagesOfRows)) * PAGE_SLOTS;
        memory.i32[cursor + 1] = memory.i32[cursor]! + PAGE_SLOTS;
      }
    }
  });
}

/** Objects take so long that more of them would tell nothing new. */
const MAX_OBJECTS = 100_000;

function sortEntries(): void {
  for (const numEntries of [100_000, 2_000_000]) {
    const numPages = Math.ceil(numEntries / ENTRIES_PER_PAGE);
    const first = 10;
    const kernels = kernelsOf(first + 3 * numPages);
    const { memory } = kernels;
    const tables = [PAGE_SLOTS, PAGE_SLOTS * 4, PAGE_SLOTS * 7] as const;
    tables.forEach((table, set) => {
      for (let i = 0; i < numPages; i++) memory.i32[table * 2 + i] = (first + set * numPages + i) * PAGE_SLOTS;
    });
    const keys = new BigUint64Array(numEntries);
    for (let i = 0; i < numEntries; i++) {
      keys[i] = (BigInt(random.seed()) << 32n) | BigInt(random.seed());
      memory.i64[first * PAGE_SLOTS + i * 2] = keys[i]!;
      memory.i32[(first * PAGE_SLOTS + i * 2 + 1) * 2] = i;
    }
    const [source, pages, buffer] = tables;
    const objects = Array.from(keys, (key, i) => ({ key: Number(key >> 11n), i }));
    compare(
      `sort of ${numEntries} random keys of 64 bits with 64 bits of payload, with the copy before it`,
      numEntries,
      kernels,
      (own) => {
        own.copyEntries(source, pages, 0, numEntries);
        new EntrySorter(own, 0).sort(pages, buffer, 0, numEntries, 64);
        return SORTER_SCRATCH_SLOTS;
      },
      {
        "BigUint64Array.sort, keys alone": () => Number(keys.slice().sort()[0]),
        ...(numEntries > MAX_OBJECTS
          ? {}
          : { "objects, Array.sort": () => objects.slice().sort((a, b) => a.key - b.key)[0]!.i }),
      },
    );
    compare(`the same in place`, numEntries, kernels, (own) => {
      own.copyEntries(source, pages, 0, numEntries);
      new EntrySorter(own, 0).sortInPlace(pages, 0, numEntries);
      return 0;
    });
  }
}

function hashes(): void {
  const numSlots = 3;
  const kernels = kernelsOf(Math.ceil((NUM_ROWS * numSlots) / PAGE_SLOTS) + 300);
  const { memory } = kernels;
  const rows = writeRows(memory, 300, numSlots);
  const batch = 4096;
  rows.forEach((slot, i) => {
    memory.i32[i] = slot;
  });
  for (const kind of ["int64", "float64"] as NumberKind[]) {
    const column = { kind, fieldSlot: 1, nullWord: 1, nullMask: 0 };
    compare(`tableHashes of ${kind}`, NUM_ROWS, kernels, (own) => {
      for (let i = 0; i < NUM_ROWS; i += batch) own.tableHashes(column, i >> 1, batch, 1, 2, 150 * PAGE_SLOTS);
      return memory.i32[150 * PAGE_SLOTS * 2]!;
    });
    compare(`partitionHashes of ${kind}`, NUM_ROWS, kernels, (own) => {
      for (let i = 0; i < NUM_ROWS; i += batch) own.partitionHashes(column, i >> 1, batch, 150 * PAGE_SLOTS);
      return memory.i32[150 * PAGE_SLOTS * 2]!;
    });
  }
}

function probes(): void {
  for (const numBuckets of [1 << 12, 1 << 23]) {
    const numHashes = Math.min(numBuckets >> 1, 1 << 21);
    const pagesOfHashes = Math.ceil(numHashes / 2 / PAGE_SLOTS);
    const table = 4 * pagesOfHashes * PAGE_SLOTS;
    const kernels = kernelsOf(4 * pagesOfHashes + numBuckets / PAGE_SLOTS + 1);
    const { memory, wasm } = kernels;
    const [hashesSlot, pointers, out] = [0, 1, 2].map((i) => i * pagesOfHashes * PAGE_SLOTS) as [
      number,
      number,
      number,
    ];
    for (let i = 0; i < numHashes; i++) {
      memory.i32[hashesSlot * 2 + i] = random.seed();
      memory.i32[pointers * 2 + i] = i + 1;
    }
    wasm.insert(hashesSlot, pointers, numHashes, table, numBuckets - 1);
    const shuffled = memory.i32.slice(hashesSlot * 2, hashesSlot * 2 + numHashes);
    for (let i = numHashes - 1; i > 0; i--) {
      const j = random.below(i + 1);
      [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
    }
    memory.i32.set(shuffled, hashesSlot * 2);
    compare(`probe of a table of ${numBuckets / 128} KiB`, numHashes, kernels, (own) => {
      own.probe(hashesSlot, numHashes, table, numBuckets - 1, out);
      return memory.i32[out * 2]!;
    });
  }
}

const TEXT_BYTES = 8 << 20;

/** Log lines of about 100 bytes, as CSV. */
function writeText(memory: Memory, slot: number): Buffer {
  let text = "";
  while (text.length < 1 << 16)
    text += `${random.seed()},${random.seed()},"${random.seed().toString(36)}",GET /index.html,${random.seed()}\n`;
  const bytes = Buffer.from(memory.buffer, slot * 8, TEXT_BYTES);
  bytes.fill(text, "latin1");
  return bytes;
}

function bytesOfText(): void {
  const textSlot = 700 * PAGE_SLOTS;
  const kernels = kernelsOf(700 + TEXT_BYTES / PAGE_SIZE_BYTES);
  const { memory } = kernels;
  const text = writeText(memory, textSlot);
  const find = (own: Kernels, bytes: number): number => {
    let numFound = 0;
    for (let at = 0; at < TEXT_BYTES; at += 65_536)
      numFound += own.findBytes(textSlot * 8 + at, 65_536, bytes, 0, 65_536);
    return numFound;
  };
  compare("findBytes, newlines, M bytes/s", TEXT_BYTES, kernels, (own) => find(own, sameBytes(10)), {
    "Buffer.indexOf": () => {
      let numFound = 0;
      for (let at = text.indexOf(10); at >= 0; at = text.indexOf(10, at + 1)) numFound++;
      return numFound;
    },
  });
  compare("findBytes, separators, quotes and newlines, M bytes/s", TEXT_BYTES, kernels, (own) => find(own, 0x2c220a0a));
  const needles = ["lbf+", "uwa+", "=qzv"];
  writeNeedles(
    memory,
    600 * PAGE_SLOTS,
    needles.map((needle) => Buffer.from(needle)),
  );
  compare(
    "findNeedles, three rare ones, M bytes/s",
    TEXT_BYTES,
    kernels,
    (own) => own.findNeedles(textSlot * 8, TEXT_BYTES, 600 * PAGE_SLOTS, 0, 10_000),
    {
      "Buffer.indexOf, three times": () => needles.reduce((sum, needle) => sum + text.indexOf(needle, 0, "latin1"), 0),
    },
  );
}

function checksums(): void {
  const kernels = kernelsOf(64);
  const { memory } = kernels;
  for (const size of [1 << 10, 1 << 15, 1 << 20]) {
    compare(`checksum of ${size} bytes, M bytes/s`, size, kernels, (own) => own.checksum(0, size), {
      "core's crc32c": () => crc32c(memory.u8, 0, size),
    });
  }
}

function numbers(): void {
  const numValues = 1 << 22;
  const numIndexes = 1 << 22;
  const values = 0;
  const indexes = numValues;
  const offsets = indexes + numIndexes / 2;
  const out = offsets + numIndexes / 8;
  const kernels = kernelsOf(Math.ceil((out + numIndexes) / PAGE_SLOTS));
  const { memory } = kernels;
  for (let i = 0; i < numIndexes; i++) memory.i32[indexes * 2 + i] = random.below(numValues);
  // Memory that was never written is one page for all addresses, which the caches hold.
  for (let i = 0; i < numValues; i++) memory.f64[values + i] = i;
  const numSums = numIndexes / 16;
  for (let i = 0; i <= numSums; i++) memory.i32[offsets * 2 + i] = i * 16;
  compare("sumGathered, 16 each, from 32 MiB", numIndexes, kernels, (own) => {
    own.sumGathered(offsets, numSums, indexes, values, out);
    return 0;
  });
  compare("gatherNumbers from 32 MiB", numIndexes, kernels, (own) => {
    own.gatherNumbers(values, indexes, numIndexes, out);
    return 0;
  });
  compare("scatterAdd to 32 MiB", numIndexes, kernels, (own) => {
    own.scatterAdd(values, indexes, out, numIndexes);
    return 0;
  });
}

const benchmarks = { copyRows, partitionRows, sortEntries, hashes, probes, bytesOfText, checksums, numbers };
const wanted = process.argv.slice(2);
for (const [name, run] of Object.entries(benchmarks)) if (wanted.length === 0 || wanted.includes(name)) run();
