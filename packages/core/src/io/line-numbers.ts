import { type InputEncoding, openByteInput } from "./byte-input.js";
import type { IoContext } from "./io-context.js";

const CHUNK_BYTES = 256 * 1024;
const LINE_FEED = 0x0a;

/**
 * Returns the 1-based number of the line that holds byte `offset` of the plain file. It reads the file from its start, which is
 * done for errors only: so that readers need not count lines, and errors from the middle of a file name the line all the same.
 * @internal
 */
export async function lineNumberAt(
  context: IoContext,
  path: string,
  encoding: InputEncoding,
  offset: number,
): Promise<number> {
  const input = await openByteInput(context, path, 0, encoding);
  try {
    const chunk = new Uint8Array(CHUNK_BYTES);
    let line = 1;
    for (let left = offset; left > 0; ) {
      const numRead = await input.read(chunk.subarray(0, Math.min(left, chunk.length)));
      if (numRead === 0) break;
      for (let at = chunk.indexOf(LINE_FEED); at >= 0 && at < numRead; at = chunk.indexOf(LINE_FEED, at + 1)) line++;
      left -= numRead;
    }
    return line;
  } finally {
    await input.close();
  }
}
