/**
 * What movers carry between subtasks that run in different processes: a frame. It is opaque to them; its header says where it belongs.
 *
 *     byte  0   magic          u32  "MLRF"
 *           4   version        u16  of the frame; pages have a version of their own
 *           6   kind           u8   1 page, 2 large row, 3 layout, 4 end of input
 *           7   reserved       u8   0
 *           8   edge           u32  which edge of the plan
 *          12   producer       u32  which task of the edge's source
 *          16   partition      u32  which task of the edge's consumer
 *          20   sequence       u32  from 0, for each edge, producer and partition
 *          24   payloadBytes   u32
 *          28   checksum       u32  CRC-32C of the header, with 0 here, and the payload
 *          32   payload             kind 1, 2: the used bytes of a page, with its header; kind 3: the descriptor of a layout, JSON in UTF-8
 *
 * A layout is described in every stream before its first page. Everything is little-endian.
 */
import { crc32c, MillraceError } from "@millrace/core";

const MAGIC = 0x46524c4d;
const FRAME_VERSION = 1;

/** The size of a frame's header. @internal */
export const FRAME_HEADER_BYTES = 32;

const VERSION_OFFSET = 4;
const KIND_OFFSET = 6;
const EDGE_OFFSET = 8;
const PRODUCER_OFFSET = 12;
const PARTITION_OFFSET = 16;
const SEQUENCE_OFFSET = 20;
const PAYLOAD_BYTES_OFFSET = 24;
const CHECKSUM_OFFSET = 28;

const KINDS = ["page", "large", "layout", "end"] as const;

/** Says what a frame holds. @internal */
export type FrameKind = (typeof KINDS)[number];

/** Is what the header of a frame says. @internal */
export interface FrameHeader {
  /** What it holds. */
  readonly kind: FrameKind;
  /** Which edge of the plan. */
  readonly edge: number;
  /** Which task of the edge's source. */
  readonly producer: number;
  /** Which task of the edge's consumer. */
  readonly partition: number;
  /** From 0, for each edge, producer and partition. */
  readonly sequence: number;
}

/** Is a frame that was read. @internal */
export interface Frame extends FrameHeader {
  /** What it carries; bytes of the frame. */
  readonly payload: Uint8Array;
}

/** Makes the bytes of a frame. @internal */
export function writeFrame(header: FrameHeader, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(FRAME_HEADER_BYTES + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(VERSION_OFFSET, FRAME_VERSION, true);
  view.setUint8(KIND_OFFSET, KINDS.indexOf(header.kind) + 1);
  view.setUint32(EDGE_OFFSET, header.edge, true);
  view.setUint32(PRODUCER_OFFSET, header.producer, true);
  view.setUint32(PARTITION_OFFSET, header.partition, true);
  view.setUint32(SEQUENCE_OFFSET, header.sequence, true);
  view.setUint32(PAYLOAD_BYTES_OFFSET, payload.length, true);
  bytes.set(payload, FRAME_HEADER_BYTES);
  view.setUint32(CHECKSUM_OFFSET, crc32c(bytes) >>> 0, true);
  return bytes;
}

/** Reads a frame. Throws FRAME_CORRUPT for anything that is no whole, undamaged frame of this version. @internal */
export function readFrame(bytes: Uint8Array): Frame {
  if (bytes.length < FRAME_HEADER_BYTES) throw corrupt(`has ${bytes.length} bytes`, "a header at least");
  const copy = new Uint8Array(bytes);
  const view = new DataView(copy.buffer);
  if (view.getUint32(0, true) !== MAGIC) throw corrupt("does not begin as a frame", "frames only");
  const version = view.getUint16(VERSION_OFFSET, true);
  if (version !== FRAME_VERSION) throw corrupt(`has version ${version}`, `version ${FRAME_VERSION}`);
  const payloadBytes = view.getUint32(PAYLOAD_BYTES_OFFSET, true);
  if (payloadBytes !== copy.length - FRAME_HEADER_BYTES) {
    throw corrupt(
      `has ${copy.length - FRAME_HEADER_BYTES} bytes of payload`,
      `${payloadBytes} bytes, as its header says`,
    );
  }
  const checksum = view.getUint32(CHECKSUM_OFFSET, true);
  view.setUint32(CHECKSUM_OFFSET, 0, true);
  if (crc32c(copy) >>> 0 !== checksum) throw corrupt("does not have its checksum", "the bytes that were sent");
  const kind = KINDS[view.getUint8(KIND_OFFSET) - 1];
  if (kind === undefined) throw corrupt("is of no kind that there is", KINDS.join(", "));
  return {
    kind,
    edge: view.getUint32(EDGE_OFFSET, true),
    producer: view.getUint32(PRODUCER_OFFSET, true),
    partition: view.getUint32(PARTITION_OFFSET, true),
    sequence: view.getUint32(SEQUENCE_OFFSET, true),
    payload: copy.subarray(FRAME_HEADER_BYTES),
  };
}

/** Makes the error for frames that cannot be what was sent. @internal */
export function corrupt(what: string, expected: string): MillraceError {
  return new MillraceError({
    code: "FRAME_CORRUPT",
    what: `A frame ${what}`,
    expected,
    fix: "Have whoever moves the frames send them again, as they were.",
  });
}
