/**
 * Turns captured graphs into bytes and back:
 *
 *   magic 4 | version 4 | size of the JSON text 4 | number of chunks 4 | size of each chunk 4 … | JSON text | chunks, each from a multiple of 8
 *
 * All numbers are unsigned and little-endian. What is read is checked before any of it is used: it may come from another process.
 */
import { MillraceError } from "@millrace/core";
import { type CapturedGraph, WIRE_VERSION } from "./wire.js";
import { checkContent } from "./wire-checks.js";

const MAGIC = 0x43_52_4c_4d; // "MLRC"
const HEADER_BYTES = 16;
const VERSION_OFFSET = 4;
const TEXT_SIZE_OFFSET = 8;
const NUM_CHUNKS_OFFSET = 12;
const ALIGNMENT = 8;

/**
 * Encodes a captured graph once, for any number of workers.
 *
 * @param allocate - gives memory of at least a number of bytes that is all zero, such as a `SharedArrayBuffer`, from which each worker decodes
 *   without another copy of the bytes being sent to it
 * @beta
 */
export function encodeCapturedGraph<TBuffer extends ArrayBufferLike = ArrayBuffer>(
  graph: CapturedGraph,
  allocate: (numBytes: number) => TBuffer = (numBytes) => new ArrayBuffer(numBytes) as TBuffer,
): Uint8Array<TBuffer> {
  const { content, sizeBytes, numFunctions } = graph;
  const text = new TextEncoder().encode(JSON.stringify({ content, sizeBytes, numFunctions }));
  let size = aligned(HEADER_BYTES + graph.chunks.length * 4) + aligned(text.length);
  for (const chunk of graph.chunks) size += aligned(chunk.length);
  const bytes = new Uint8Array(allocate(size), 0, size);
  const view = new DataView(bytes.buffer, 0, size);
  view.setUint32(0, MAGIC, true);
  view.setUint32(VERSION_OFFSET, graph.version, true);
  view.setUint32(TEXT_SIZE_OFFSET, text.length, true);
  view.setUint32(NUM_CHUNKS_OFFSET, graph.chunks.length, true);
  for (const [index, chunk] of graph.chunks.entries()) view.setUint32(HEADER_BYTES + index * 4, chunk.length, true);
  let offset = aligned(HEADER_BYTES + graph.chunks.length * 4);
  for (const part of [text, ...graph.chunks]) {
    bytes.set(part, offset);
    offset += aligned(part.length);
  }
  return bytes;
}

/**
 * Decodes what {@link encodeCapturedGraph} made. Throws CAPTURE_CORRUPT for bytes that are damaged, cut off, or of another version.
 *
 * @param maxSizeBytes - refuses larger inputs before reading them; by default 256 MiB
 * @beta
 */
export function decodeCapturedGraph(bytes: Uint8Array, maxSizeBytes: number = 256 * 1024 * 1024): CapturedGraph {
  if (bytes.length > maxSizeBytes)
    throw corrupt(`${bytes.length} bytes are more than the ${maxSizeBytes} that may come`);
  if (bytes.length < HEADER_BYTES) throw corrupt("the header is cut off");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw corrupt("the bytes do not begin as captured functions do");
  const version = view.getUint32(VERSION_OFFSET, true);
  if (version !== WIRE_VERSION)
    throw corrupt(`the form has version ${version}, and version ${WIRE_VERSION} is read here`);
  const textSize = view.getUint32(TEXT_SIZE_OFFSET, true);
  const numChunks = view.getUint32(NUM_CHUNKS_OFFSET, true);
  let offset = aligned(HEADER_BYTES + numChunks * 4);
  if (offset > bytes.length) throw corrupt("the table of buffers is cut off");
  const take = (size: number): Uint8Array => {
    if (offset + size > bytes.length) throw corrupt("the end is cut off");
    const part = bytes.subarray(offset, offset + size);
    offset += aligned(size);
    return part;
  };
  const text = take(textSize);
  const chunks = Array.from({ length: numChunks }, (_, index) => take(view.getUint32(HEADER_BYTES + index * 4, true)));
  const { content, sizeBytes, numFunctions } = parse(text);
  checkContent(content, chunks.length);
  return {
    version,
    content: content as object,
    chunks,
    sizeBytes: Number(sizeBytes),
    numFunctions: Number(numFunctions),
  };
}

function parse(text: Uint8Array): { content: unknown; sizeBytes: unknown; numFunctions: unknown } {
  try {
    // The decoder refuses shared memory, from which a copy is taken.
    const own = text.buffer instanceof ArrayBuffer ? text : text.slice();
    const { content, sizeBytes, numFunctions } = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(own));
    return { content, sizeBytes, numFunctions };
  } catch (error) {
    throw corrupt("the text is no JSON", error);
  }
}

function aligned(size: number): number {
  return Math.ceil(size / ALIGNMENT) * ALIGNMENT;
}

/** Makes the error for a graph that cannot be read. */
export function corrupt(what: string, cause?: unknown): MillraceError {
  return new MillraceError({
    code: "CAPTURE_CORRUPT",
    what: `Captured functions cannot be read: ${what}`,
    expected: "what this version of Millrace encoded",
    fix: "Let client and workers run the same version of Millrace.",
    cause,
  });
}
