import type { CustomType } from "@millrace/core";
import { viewOfPage } from "../exchange/page-view.js";
import { isPage } from "../exchange/ring-channel.js";
import { createLayoutTable } from "../rows/layout-table.js";
import { type FrameStream, jobHashOf } from "./frame.js";
import { FrameInputChannel } from "./frame-input-channel.js";

/** Says what is read of a stream. @beta */
export interface CollectedFramesOptions {
  /** Which stream it is: the output of a collecting subtask, see `subtaskStreams`. */
  readonly stream: FrameStream;
  /** The id of the job. */
  readonly jobId: string;
  /** The custom types that declared types of the plan name; none when left out. */
  readonly customTypes?: readonly CustomType[] | undefined;
}

/**
 * Reads the records of a stream of frames, in any order and of any number of attempts: what a subtask collected for the client. Throws like a subtask that reads frames,
 * when the first record is asked for or later.
 * @beta
 */
export function* recordsOfFrames(options: CollectedFramesOptions, frames: Iterable<Uint8Array>): Generator<unknown> {
  const { stream, jobId, customTypes = [] } = options;
  const layouts = createLayoutTable();
  const ignored = (): void => {};
  const parts = {
    stream,
    isDynamic: false,
    job: jobHashOf(jobId),
    layouts,
    customTypes,
    onReadable: ignored,
    onRoom: ignored,
  };
  const channel = new FrameInputChannel(parts);
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
