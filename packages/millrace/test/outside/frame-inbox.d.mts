/** Holds the files of frames that were delivered to a subtask, by stream, and lets it wait for more. */
export class FrameInbox {
  constructor(onLeft: (stream: string) => void);
  deliver(stream: string, path: string): void;
  read(stream: string): AsyncIterable<Uint8Array>;
}
