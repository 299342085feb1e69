/**
 * One record as bytes, with what describes its layout: for what is neither page nor stream.
 *
 *     byte 0   numLayoutBytes   u32, a multiple of 8
 *          4   reserved         u32, 0
 *          8   layout           its descriptor, JSON in UTF-8, with spaces behind
 *          …   row              the record
 */
import { type CustomType, Memory, RowLayout } from "@millrace/core";
import { LayoutFinder, UndeclaredSerializer } from "../exchange/output-serializer.js";
import { RowScratch } from "../exchange/row-scratch.js";
import { createLayoutTable } from "../rows/layout-table.js";
import { corrupt } from "./frame.js";

const LAYOUT_OFFSET = 8;

/** Makes bytes of a record. Throws RECORD_NOT_DATA. */
export function bytesOfRecord(record: unknown): Uint8Array {
  const serializer = new UndeclaredSerializer(new LayoutFinder(createLayoutTable()), {});
  const scratch = new RowScratch();
  const numRowBytes = scratch.write(record, serializer) * 8;
  const json = JSON.stringify(serializer.layout.layout);
  const layout = new TextEncoder().encode(json);
  const numLayoutBytes = Math.ceil(layout.length / 8) * 8;
  const bytes = new Uint8Array(LAYOUT_OFFSET + numLayoutBytes + numRowBytes).fill(0x20, LAYOUT_OFFSET);
  new DataView(bytes.buffer).setUint32(0, numLayoutBytes, true);
  bytes.set(layout, LAYOUT_OFFSET);
  bytes.set(scratch.memory.u8.subarray(0, numRowBytes), LAYOUT_OFFSET + numLayoutBytes);
  return bytes;
}

/** Reads a record of its bytes, which were checked before: only bytes of one's own. */
export function recordOfBytes(payload: Uint8Array, customTypes: readonly CustomType[] = []): unknown {
  const numLayoutBytes = new DataView(payload.buffer, payload.byteOffset).getUint32(0, true);
  const rowOffset = LAYOUT_OFFSET + numLayoutBytes;
  if (rowOffset >= payload.length) throw corrupt("has no record behind its layout", "one");
  const json = JSON.parse(new TextDecoder().decode(payload.subarray(LAYOUT_OFFSET, rowOffset)));
  const memory = new Memory(new ArrayBuffer(payload.length - rowOffset));
  memory.u8.set(payload.subarray(rowOffset));
  return createLayoutTable().add(RowLayout.fromJson(json, customTypes)).serializer.read(memory, 0);
}
