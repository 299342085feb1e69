import { type InputEncoding, openByteInput } from "./byte-input.js";
import { withClosing } from "./closing.js";
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
  encoding: InputEncoding & { readonly unitBytes?: 1 | 2 | undefined },
  offset: number,
): Promise<number> {
  const { unitBytes = 1 } = encoding;
  const input = await openByteInput(context, path, 0, encoding);
  return withClosing(input, async () => {
    const chunk = new Uint8Array(CHUNK_BYTES);
    let line = 1;
    for (let left = offset; left > 0; ) {
      const numRead = await input.read(chunk.subarray(0, Math.min(left, chunk.length)));
      if (numRead === 0) break;
      for (let at = chunk.indexOf(LINE_FEED); at >= 0 && at < numRead; at = chunk.indexOf(LINE_FEED, at + 1)) {
        // In UTF-16 only a line feed at a whole code unit is one; its other byte is 0.
        const isLineFeed = unitBytes === 1 || (((offset - left + at) & 1) === 0 && chunk[at + 1] === 0);
        if (isLineFeed) line++;
      }
      left -= numRead;
    }
    return line;
  });
}
