/**
 * Rows against msgpackr, v8.serialize and JSON on one record: { int, string of 8 to 10 characters, double, int }.
 *
 * Every round runs all contenders of an operation, each time beginning with another one, over the same records; a ratio is
 * taken within its round. Printed are the median of the rounds in million records a second, the lowest and highest
 * round, and the median ratio to msgpackr. The peers have no way to read a field, compare or hash without decoding, so
 * for those they decode first.
 *
 *     node src/rows.ts            (after a build; node --cpu-prof src/rows.ts to profile)
 */
import v8 from "node:v8";
import { Memory, RowComparator, RowKeys, RowLayout, RowSerializer, types } from "@millrace/core";
import { Packr } from "msgpackr";
import { measure, printTable } from "./measure.ts";

const NUM_RECORDS = 20_000;

interface Item {
  id: number;
  name: string;
  price: number;
  quantity: number;
}

/** A string as parsers make them: flat, and not shared with another record. */
function nameOf(i: number): string {
  return Buffer.from(`item${1000 + ((i * 7919) % 999_000)}`).toString("latin1");
}

const records: Item[] = Array.from({ length: NUM_RECORDS }, (_, i) => ({
  id: Math.imul(i, 2654435761) | 0,
  name: nameOf(i),
  price: i * 1.37 + 0.01,
  quantity: i % 97,
}));

const layout = RowLayout.of(
  types.row({ id: types.int32, name: types.string, price: types.float64, quantity: types.int32 }),
);
const memory = new Memory(new SharedArrayBuffer(1 << 21));
const slots = new Int32Array(NUM_RECORDS);
const generated = new RowSerializer(layout, { code: "generated" });
const interpreted = new RowSerializer(layout, { code: "interpreted" });
const packr = new Packr({ structures: [] });
const packed: Uint8Array[] = [];
const serialized: Buffer[] = [];
const texts: string[] = [];

function writeRows(serializer: RowSerializer<Item>): number {
  let slot = 0;
  for (let i = 0; i < NUM_RECORDS; i++) {
    slots[i] = slot;
    slot = serializer.write(records[i]!, memory, slot, memory.numSlots);
  }
  return slot;
}

/** Sums `each` over all records, so that no work can be left out. */
function sum(each: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < NUM_RECORDS; i++) total += each(i);
  return total;
}

function unpack(i: number): Item {
  return packr.unpack(packed[i]!) as Item;
}

// What the peers return is not kept, since keeping it costs them more than making it.
const encode = {
  rows: () => writeRows(generated),
  "rows, interpreted": () => writeRows(interpreted),
  msgpackr: () => sum((i) => packr.pack(records[i]!).length),
  "v8.serialize": () => sum((i) => v8.serialize(records[i]!).length),
  JSON: () => sum((i) => JSON.stringify(records[i]).length),
};

const decode = {
  rows: () => sum((i) => generated.read(memory, slots[i]!).name.length),
  "rows, interpreted": () => sum((i) => interpreted.read(memory, slots[i]!).name.length),
  msgpackr: () => sum((i) => unpack(i).name.length),
  "v8.serialize": () => sum((i) => (v8.deserialize(serialized[i]!) as Item).name.length),
  JSON: () => sum((i) => (JSON.parse(texts[i]!) as Item).name.length),
};

const readPrice = generated.fieldReader("price") as (memory: Memory, slot: number) => number;
const readPriceInterpreted = interpreted.fieldReader("price") as (memory: Memory, slot: number) => number;
const readField = {
  rows: () => sum((i) => readPrice(memory, slots[i]!)),
  "rows, interpreted": () => sum((i) => readPriceInterpreted(memory, slots[i]!)),
  msgpackr: () => sum((i) => unpack(i).price),
  "v8.serialize": () => sum((i) => (v8.deserialize(serialized[i]!) as Item).price),
  JSON: () => sum((i) => (JSON.parse(texts[i]!) as Item).price),
};

const order = [{ path: "quantity" }, { path: "name" }];
const { compare, compareRecords } = new RowComparator(layout, order);
const compareInterpreted = new RowComparator(layout, order, { code: "interpreted" }).compare;
const compareNeighbours = {
  rows: () => sum((i) => compare(memory, slots[i]!, memory, slots[(i * 97) % NUM_RECORDS]!)),
  "rows, interpreted": () => sum((i) => compareInterpreted(memory, slots[i]!, memory, slots[(i * 97) % NUM_RECORDS]!)),
  "decoded objects": () => sum((i) => compareRecords(records[i]!, records[(i * 97) % NUM_RECORDS]!)),
  msgpackr: () => sum((i) => compareRecords(unpack(i), unpack((i * 97) % NUM_RECORDS))),
};

const seed = { low: 1, high: 2 };
const byId = new RowKeys(layout, [{ path: "id" }]);
const byName = new RowKeys(layout, [{ path: "name" }]);
const byNameInterpreted = new RowKeys(layout, [{ path: "name" }], { code: "interpreted" });
const hash = {
  "rows, int, partition hash": () => sum((i) => byId.partitionHash(memory, slots[i]!)),
  "rows, int, table hash": () => sum((i) => byId.tableHash(memory, slots[i]!, seed)),
  "rows, string, partition hash": () => sum((i) => byName.partitionHash(memory, slots[i]!)),
  "rows, string, table hash": () => sum((i) => byName.tableHash(memory, slots[i]!, seed)),
  "rows, string, interpreted": () => sum((i) => byNameInterpreted.partitionHash(memory, slots[i]!)),
  msgpackr: () => sum((i) => byName.keyBytesOfRecord(unpack(i)).length),
};

const key = new Uint8Array(16);
const byNameAndId = new RowKeys(layout, [{ path: "name" }, { path: "id", order: "descending" }]);
const byNameAndIdInterpreted = new RowKeys(layout, byNameAndId.keys, { code: "interpreted" });
const sortKey = {
  "rows, int, 4 bytes": () =>
    sum((i) => {
      byId.writeNormalizedKey(memory, slots[i]!, key, 0, 4);
      return key[3]!;
    }),
  "rows, string and int, 16 bytes": () =>
    sum((i) => {
      byNameAndId.writeNormalizedKey(memory, slots[i]!, key, 0, 16);
      return key[3]!;
    }),
  "rows, string and int, interpreted": () =>
    sum((i) => {
      byNameAndIdInterpreted.writeNormalizedKey(memory, slots[i]!, key, 0, 16);
      return key[3]!;
    }),
};

const numSlots = writeRows(generated);
for (const record of records) {
  packed.push(Uint8Array.from(packr.pack(record)));
  serialized.push(v8.serialize(record));
  texts.push(JSON.stringify(record));
}
const numBytes = (encoded: readonly { readonly length: number }[]): number =>
  encoded.reduce((total, { length }) => total + length, 0);
const perRecord = (bytes: number): string => (bytes / NUM_RECORDS).toFixed(1);
console.log(
  `bytes per record: rows ${perRecord(numSlots * 8)}, msgpackr ${perRecord(numBytes(packed))}, ` +
    `v8.serialize ${perRecord(numBytes(serialized))}, JSON ${perRecord(numBytes(texts))}`,
);
const operations = {
  encode,
  decode,
  "read one field": readField,
  compare: compareNeighbours,
  hash,
  "sort key": sortKey,
};
for (const [name, contenders] of Object.entries(operations)) {
  // The interpreted code writes the same bytes, so what was encoded last does not matter to what follows.
  printTable(name, measure(contenders, NUM_RECORDS, "msgpackr"));
}
