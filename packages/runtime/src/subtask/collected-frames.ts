import type { CustomType } from "@millrace/core";
import { viewOfPage } from "../exchange/page-view.js";
import { isPage } from "../exchange/ring-channel.js";
import { createLayoutTable } from "../rows/layout-table.js";
import { FrameInputChannel, type FrameStream } from "./frame-input-channel.js";

/** Reads the records of a stream of frames: what a subtask collected for the client. Throws FRAME_CORRUPT. @internal */
export function* recordsOfFrames(
  stream: FrameStream,
  frames: Iterable<Uint8Array>,
  customTypes: readonly CustomType[] = [],
): Generator<unknown> {
  const layouts = createLayoutTable();
  const ignored = (): void => {};
  const channel = new FrameInputChannel({ stream, layouts, customTypes, onReadable: ignored, onRoom: ignored });
  for (const frame of frames) {
    channel.accept(frame);
    for (let element = channel.poll(); element !== undefined; element = channel.poll()) {
      if (!isPage(element)) continue;
      const { memory, slot, endSlot, layout } = viewOfPage(element, layouts);
      for (let at = slot; at < endSlot; at += memory.i32[at * 2]! >> 3) yield layout.serializer.read(memory, at);
    }
  }
  channel.endOfFrames();
}
