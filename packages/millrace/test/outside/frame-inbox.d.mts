/** Holds the files of frames that were delivered to a subtask, by stream, and lets it wait for more. */
export class FrameInbox {
  deliver(stream: string, path: string): void;
  read(stream: string, signal: AbortSignal): AsyncGenerator<Uint8Array>;
}
