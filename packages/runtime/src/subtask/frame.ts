/**
 * What movers carry between subtasks that run in different processes: a frame. It is opaque to them; its header says where it belongs.
 *
 *     byte  0   magic          u32  "MLRF"
 *           4   version        u16  of the frame; pages have a version of their own
 *           6   kind           u8   1 page, 2 large row, 3 layout, 4 end of superstep, 5 end of input, 6 report, 7 decision
 *           7   reserved       u8   0
 *           8   checksum       u32  CRC-32C of the header, with 0 here, and the payload
 *          12   payloadBytes   u32
 *          16   job            u64  a hash of the job's id
 *          24   edge           u32  which edge of the plan; of a report: which vertex
 *          28   producer       u32  which task of the edge's source
 *          32   partition      u32  which task of the edge's consumer; of a report or decision: which iteration
 *          36   attempt        u32  of the producer: the same subtask, run again, sends other frames
 *          40   sequence       u32  from 0, for each edge, producer, partition and attempt; of a report or decision: the superstep
 *          44   reserved       u32  0
 *          48   payload             kind 1, 2: the used bytes of a page, with its header; kind 3: the descriptor of a layout, JSON in UTF-8;
 *                                   kind 4: the superstep, u32; kind 5: nothing; kind 6, 7: a record (see superstep-frames.ts)
 *
 * A layout is described in every stream before its first page. Everything is little-endian. Magic, version and checksum stand where they are in
 * every version, so that a damaged frame is told from one of another version.
 */
import { crc32c, MillraceError, partitionHashOfBytes } from "@millrace/core";

const MAGIC = 0x46524c4d;
const FRAME_VERSION = 2;

/** The size of a frame's header. @beta */
export const FRAME_HEADER_BYTES = 48;

const VERSION_OFFSET = 4;
const KIND_OFFSET = 6;
const CHECKSUM_OFFSET = 8;
const PAYLOAD_BYTES_OFFSET = 12;
const JOB_OFFSET = 16;
const EDGE_OFFSET = 24;
const PRODUCER_OFFSET = 28;
const PARTITION_OFFSET = 32;
const ATTEMPT_OFFSET = 36;
const SEQUENCE_OFFSET = 40;

const KINDS = ["page", "large", "layout", "superstep", "end", "report", "decision"] as const;

/** Says what a frame holds. @beta */
export type FrameKind = (typeof KINDS)[number];

/** Names what one task of an edge's source sends to one task of its consumer. @beta */
export interface FrameStream {
  /** Which edge of the plan. */
  readonly edge: number;
  /** Which task of the edge's source. */
  readonly producer: number;
  /** Which task of the edge's consumer. */
  readonly partition: number;
}

/** Is what the header of a frame says. @beta */
export interface FrameHeader extends FrameStream {
  /** What it holds. */
  readonly kind: FrameKind;
  /** Which job it belongs to: {@link jobHashOf} its id. */
  readonly job: bigint;
  /** Which attempt of the producer sent it, from 0. */
  readonly attempt: number;
  /** From 0, for each stream and attempt. */
  readonly sequence: number;
}

/** Is a frame that was read. @beta */
export interface Frame extends FrameHeader {
  /** What it carries; bytes of the frame's copy, which nobody else has. */
  readonly payload: Uint8Array;
}

/** Returns what stands in the frames of a job for its id. @beta */
export function jobHashOf(jobId: string): bigint {
  const bytes = new TextEncoder().encode(jobId);
  const high = crc32c(bytes) >>> 0;
  const low = partitionHashOfBytes(bytes, bytes.length) >>> 0;
  return (BigInt(high) << 32n) | BigInt(low);
}

/** Makes the bytes of a frame. They are the caller's. @beta */
export function writeFrame(header: FrameHeader, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(FRAME_HEADER_BYTES + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(VERSION_OFFSET, FRAME_VERSION, true);
  view.setUint8(KIND_OFFSET, KINDS.indexOf(header.kind) + 1);
  view.setBigUint64(JOB_OFFSET, header.job, true);
  view.setUint32(EDGE_OFFSET, header.edge, true);
  view.setUint32(PRODUCER_OFFSET, header.producer, true);
  view.setUint32(PARTITION_OFFSET, header.partition, true);
  view.setUint32(ATTEMPT_OFFSET, header.attempt, true);
  view.setUint32(SEQUENCE_OFFSET, header.sequence, true);
  view.setUint32(PAYLOAD_BYTES_OFFSET, payload.length, true);
  bytes.set(payload, FRAME_HEADER_BYTES);
  view.setUint32(CHECKSUM_OFFSET, crc32c(bytes) >>> 0, true);
  return bytes;
}

/**
 * Reads a frame. Throws FRAME_CORRUPT for anything that is no whole, undamaged frame, and FRAME_VERSION_MISMATCH for one of another version. The
 * bytes stay the caller's.
 * @beta
 */
export function readFrame(bytes: Uint8Array): Frame {
  if (bytes.length < FRAME_HEADER_BYTES) throw corrupt(`has ${bytes.length} bytes`, "a header at least");
  const copy = new Uint8Array(bytes);
  const view = new DataView(copy.buffer);
  if (view.getUint32(0, true) !== MAGIC) throw corrupt("does not begin as a frame", "frames only");
  const checksum = view.getUint32(CHECKSUM_OFFSET, true);
  view.setUint32(CHECKSUM_OFFSET, 0, true);
  if (crc32c(copy) >>> 0 !== checksum)
    throw corrupt("does not have its checksum", "the bytes that were sent, all of them");
  const version = view.getUint16(VERSION_OFFSET, true);
  if (version !== FRAME_VERSION) throw otherVersion(version);
  const payloadBytes = view.getUint32(PAYLOAD_BYTES_OFFSET, true);
  const numLeft = copy.length - FRAME_HEADER_BYTES;
  if (payloadBytes !== numLeft) throw corrupt(`has ${numLeft} bytes of payload`, `${payloadBytes}, as it says`);
  const kind = KINDS[view.getUint8(KIND_OFFSET) - 1];
  if (kind === undefined) throw corrupt("is of no kind that there is", KINDS.join(", "));
  return {
    kind,
    job: view.getBigUint64(JOB_OFFSET, true),
    edge: view.getUint32(EDGE_OFFSET, true),
    producer: view.getUint32(PRODUCER_OFFSET, true),
    partition: view.getUint32(PARTITION_OFFSET, true),
    attempt: view.getUint32(ATTEMPT_OFFSET, true),
    sequence: view.getUint32(SEQUENCE_OFFSET, true),
    payload: copy.subarray(FRAME_HEADER_BYTES),
  };
}

function otherVersion(version: number): MillraceError {
  return new MillraceError({
    code: "FRAME_VERSION_MISMATCH",
    what: `A frame has version ${version}`,
    expected: `version ${FRAME_VERSION}`,
    fix: "Run all subtasks of a job with the same version of Millrace.",
  });
}

/** Makes the error for a frame that was given where it does not belong. */
export function misplaced(what: string, expected: string): MillraceError {
  return new MillraceError({
    code: "FRAME_MISPLACED",
    what: `A frame ${what} was given where it does not belong`,
    expected,
    fix: "Have whoever moves the frames go by the job and the stream that each was sent with.",
  });
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
