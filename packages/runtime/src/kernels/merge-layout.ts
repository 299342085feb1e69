/** Numbers what the kernel that merges stops for. @internal */
export const MergeStop = {
  /** The next row has no room. */
  full: 0,
  /** The stream of the state has no entries left: give it others, or ENDED for both slots when there are none. */
  needsEntries: 1,
  /** The rows of the node's stream and of the state's have equal prefixes: decide. */
  tie: 2,
  /** All streams have ended. */
  atEnd: 3,
} as const;

/** Where the words of a merge's state are, from its slot on. @internal */
export const MergeWord = { numStreams: 0, node: 1, stream: 2, decision: 3, numRows: 4, numBegun: 5, tree: 8 } as const;

/** Stands in a node of the tree to which nobody has come. @internal */
export const EMPTY_NODE = -1;

/** Stands for the entries of a stream that has ended. @internal */
export const ENDED = -1;

/** Is what the decision of a tie is. @internal */
export const MergeDecision = { none: 0, nodeFirst: 1, streamFirst: 2 } as const;

/** Returns the word, from the state's slot on, of the two words of a stream. @internal */
export function streamWord(numStreams: number, stream: number): number {
  return MergeWord.tree + ((numStreams + 1) & ~1) + stream * 2;
}

/** Returns how many slots the state of a merge takes. @internal */
export function mergeStateSlots(numStreams: number): number {
  return streamWord(numStreams, numStreams) / 2;
}
