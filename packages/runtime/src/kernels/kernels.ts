import type { LineForm, Memory, NumberColumn } from "@millrace/core";
import type { PackedKernels } from "./packed-kernels.js";

/**
 * Kernels are the inner loops that JavaScript is slow at, over the bytes of one {@link Memory}. There are two implementations with equal
 * results: one in WebAssembly, and one in TypeScript, which is its oracle and stands in for it where a memory is not shared WebAssembly
 * memory. A kernel owns no memory and keeps nothing between calls: whatever it reads and writes is named by its arguments.
 *
 * Units. `…Slot`, `pointers`, `hashes` and other places of arrays are absolute slots of the memory (8 bytes each, below 2^29). Byte searches and
 * checksums take byte offsets and lengths in bytes. Arrays of integers are arrays of unsigned 32-bit words that begin at a slot; `strideWords`
 * says how many words lie from one to the next: 1 in a plain array, {@link ENTRY_WORDS} where they stand in sort entries.
 *
 * A *row* begins with its size in bytes, a positive multiple of 8, as a 32-bit word. A *pointer* is the absolute slot of a row.
 *
 * Nothing is checked here but what the sandbox checks: arguments beyond the memory trap or give nonsense. Callers hold the
 * pages that they name. Ranges that are written overlap no range that is read, unless it says so.
 * @internal
 */
export interface Kernels
  extends RowKernels,
    SortKernels,
    MergeKernels,
    HashKernels,
    KeyKernels,
    GroupKernels,
    PackedKernels,
    JoinKernels,
    ByteKernels,
    LineKernels,
    NumberKernels {
  /** Which of the two it is. */
  readonly implementation: "wasm" | "typescript";
  /** The memory that all slots and offsets refer to. */
  readonly memory: Memory;
}

/** Moves rows. @internal */
export interface RowKernels {
  /** The slot behind the last row that the last call of {@link copyRows}, `writePairs` or `projectPairs` wrote. */
  readonly endSlot: number;

  /**
   * Copies the rows that `numRows` pointers point to, one behind the other, to `toSlot`, up to the first that would reach beyond
   * `limitSlot`; returns how many it copied. `endSlot` says where they end.
   */
  copyRows(pointers: number, strideWords: number, numRows: number, toSlot: number, limitSlot: number): number;

  /**
   * Writes the pointers of the rows that lie one behind the other from `slot` to before `endSlot` into the plain array `pointers`,
   * `maxRows` at most; returns how many there are. A row of size 0 ends them.
   */
  listRows(slot: number, endSlot: number, pointers: number, maxRows: number): number;

  /**
   * Copies each row to the partition `(hash >>> shift) & mask` of its hash: to that partition's cursor, which moves on. `cursors` has two words for each
   * partition: the slot where its next row goes, and the slot that it must not reach beyond. Stops before the first row that
   * has no room, and returns its number, or `numRows`. `pointers` and `hashes` are plain arrays. Rows of a partition keep their order.
   */
  partitionRows(
    pointers: number,
    hashes: number,
    numRows: number,
    shift: number,
    mask: number,
    cursors: number,
  ): number;
}

/**
 * Sorts entries of 16 bytes. {@link EntrySorter} makes a whole sort of them.
 *
 *     byte 0   high   u64   the first eight bytes of the key, as a number
 *          8   low    u32   the payload: mostly a pointer
 *         12   middle u32   four more bytes of the key, as a number; or payload too
 *
 * Bits count from the most significant one: 0 to 63 are those of `high`, 64 to 95 of `middle`, 96 to 127 of `low`; the key is the first
 * 64 or 96. The *digit* at a bit is a number of eight bits from there on, without crossing a multiple of 32: at bits 25 to 31 of a word it is
 * the word's lowest byte. So it may begin with bits before it, which sorts never mind. {@link nextDigit} is the bit after a digit.
 *
 * Entries are numbered over a list of pages of `PAGE_SIZE_BYTES` that they fill without header or gap, {@link ENTRIES_PER_PAGE}
 * each. `pages` is the slot of the plain array of the pages' slots, which need not follow each other. Ranges of entries are
 * `from` up to before `to`.
 * @internal
 */
export interface SortKernels {
  /** Returns the first bit from `bit` on in which not all entries of a range are equal, or 128. */
  firstVaryingBit(pages: number, from: number, to: number, bit: number): number;

  /** Counts the values of one digit after the other, `numDigits` of them from that at `bit` on: `counts` is given 256 words for each. */
  countDigits(pages: number, from: number, to: number, bit: number, numDigits: number, counts: number): void;

  /**
   * Notes in {@link SCATTER_SCRATCH_SLOTS} slots at `scratch` where entries go that are scattered over the range of `toPages` by a digit, of
   * which `counts` are the 256 counts in the range.
   */
  beginScatter(toPages: number, from: number, to: number, counts: number, scratch: number): void;

  /**
   * Copies entries to the range for which the scatter was begun, in the order of the digit at `bit`; those that are equal in it keep their order. The range may be given
   * in parts, one after the other; `rangeEnd` is where it ends.
   */
  scatterByDigit(
    pages: number,
    toPages: number,
    from: number,
    to: number,
    rangeEnd: number,
    bit: number,
    scratch: number,
  ): void;

  /** Brings a range into the order of one digit in place; entries that are equal in it come in any order. As {@link scatterByDigit}. */
  permuteByDigit(pages: number, from: number, to: number, bit: number, counts: number, scratch: number): void;

  /**
   * Goes on with a range that is in the order of its first `numBits` bits: sorts each run of entries that are equal in those, and not more
   * than {@link MAX_INSERTION_RUN}, by the first `numSorted` bits. Stable. Returns the first entry of the first longer run, or `to`.
   */
  orderShortRuns(pages: number, from: number, to: number, numBits: number, numSorted: number): number;

  /** Returns the first entry whose first `numBits` bits equal those of the entry behind it in the range, or `to`. */
  findRun(pages: number, from: number, to: number, numBits: number): number;

  /** Returns the end of the run of entries whose first `numBits` bits are those of entry `from`. */
  endOfRun(pages: number, from: number, to: number, numBits: number): number;

  /** Copies a range of entries to the same range of other pages. */
  copyEntries(pages: number, toPages: number, from: number, to: number): void;
}

/**
 * Merges sorted streams of rows, each given by the sort entries of its next rows, by a tree of losers. The *state* is an array of words:
 *
 *     0  number of streams                    4  how many rows the last call wrote
 *     1  the node to play at next             5  how many streams have come to the tree
 *     2  the stream that comes to that node    8  and on: the nodes of the tree, one for each stream; -1 where nobody has come
 *     3  a decision, see `MergeStop.tie`         and behind them, from an even word on, two words for each stream: the slots of its
 *                                                next entry and behind its last; both -1 when it has ended
 *
 * A merge begins at node `(0 + number of streams) >> 1` with stream 0, which is one that has come, and a tree of which all nodes are -1.
 * @internal
 */
export interface MergeKernels {
  /**
   * Copies rows in order, one behind the other, to `toSlot`, up to the first that would reach beyond `limitSlot`. Of rows of equal prefixes that of the first stream comes first if
   * `isComplete`; else they are a tie, which the caller decides: word 3 is 1 if the node's stream is first, and 2 if the other is. Returns why it stopped, see `MergeStop`;
   * the state is such that another call goes on. `endSlot` says where the rows end.
   */
  mergeRows(state: number, isComplete: boolean, toSlot: number, limitSlot: number): number;
}

/** Hashes keys, and looks hashes up. `hashes` are plain arrays of words. @internal */
export interface HashKernels {
  /** Writes the table hash of a column of the rows that plain `pointers` point to: that of core's `tableHashOfBytes` of the canonical key bytes. */
  tableHashes(
    column: NumberColumn,
    pointers: number,
    numRows: number,
    seedLow: number,
    seedHigh: number,
    hashes: number,
  ): void;

  /** Writes the partition hash of a column of the rows that plain `pointers` point to: that of core's `partitionHashOfBytes`. */
  partitionHashes(column: NumberColumn, pointers: number, numRows: number, hashes: number): void;

  /**
   * Searches a flat table for each of `numHashes` hashes. The table has a power of two of buckets of one slot: a hash and a pointer, which is 0 in an empty
   * bucket; one bucket at least is empty. The search begins in bucket `hash & mask` and goes on to the next, from the last to the first. Writes
   * the number of the first bucket that is empty or has the hash into the plain array `buckets`. Unlike a loop over lookups, it
   * waits for many buckets at once.
   */
  probe(hashes: number, numHashes: number, table: number, mask: number, buckets: number): void;

  /** Puts hashes with plain `pointers` into such a table, equal ones too, each into the first empty bucket of its search; there must be room. */
  insert(hashes: number, pointers: number, numHashes: number, table: number, mask: number): void;
}

/**
 * Hashes keys of several fields, and of strings. A *field* is four words: its kind (0 int32, 1 float64, 2 int64, 3 timestamp, 4 boolean, 5 string), its slot, counted from the begin of a row, the word of a
 * row with its null bit, and that bit, 0 when it is never null.
 * @internal
 */
export interface KeyKernels {
  /**
   * Writes the table hash of the keys of rows from number `from` on: that of core's `tableHashOfBytes` of the canonical key bytes. `fields` is the slot of up to {@link MAX_KEY_FIELDS} fields,
   * `pointers` and `hashes` are plain arrays, and `room` is {@link KEY_ROOM_SLOTS} slots, whose content is of no meaning before and after. Stops before the first row of whose key the strings have
   * more than {@link MAX_KEY_UNITS} units; returns its number, or `numRows`.
   */
  keyHashes(
    fields: number,
    numFields: number,
    pointers: number,
    from: number,
    numRows: number,
    seedLow: number,
    seedHigh: number,
    room: number,
    hashes: number,
  ): number;
}

/** Says which column is added to which sums. @internal */
export interface AddedNumbers {
  /** Whether the column is of int32, or else of float64. */
  readonly isInt32: boolean;
  /** The slot of the column, counted from the begin of a row. */
  readonly fieldSlot: number;
  /** The word of a row with the column's null bit. */
  readonly nullWord: number;
  /** The null bit in that word. */
  readonly nullMask: number;
  /** The slot of the sum, counted from the begin of an entry. */
  readonly sumSlot: number;
  /** The word of an entry with the bit that says that the sum has a value. */
  readonly seenWord: number;
  /** That bit. */
  readonly seenMask: number;
}

/**
 * Keeps groups of rows. An *entry* is a slot with link (word 0) and hash (word 1), further slots, and a row. A *table* is a plain array of words:
 *
 *     0  number of cells                  5  the slot that they must not reach beyond
 *     1  how far hashes are shifted left  6  kind of the key: 0 int32, 1 float64, 2 int64, 3 fields
 *     2  how many entries may be made     7  slot of the key in a row
 *     3  slots in front of an entry's row 8  word of a row with the key's null bit
 *     4  the slot for the next entry      9  that bit; 0 when it is never null
 *    10  and on: the slots of the pages of cells, 4096 each
 *
 * Of a key of several fields, or of a string (see {@link KeyKernels}), word 7 is the slot at which they are described, and word 8 how many there are.
 *
 * A cell is a slot: the slot of an entry (0: empty, 1: none any more), and its hash. A search begins at cell `floor(shifted hash * cells / 2^32)`
 * and goes on to the next; one cell at least is empty.
 * @internal
 */
export interface GroupKernels {
  /**
   * Writes to `groups` the entry of the group of each row from number `from` on. Where there is none it makes one, with zeros in front of the row, or
   * writes 0 when it may not. Stops before the first row for which an entry can't be made, or that has the hash of an entry of a row in
   * a file (bit 29 of the link); returns its number, or `numRows`. Words 2 and 4 of the table are up to date then.
   */
  findGroups(
    table: number,
    pointers: number,
    hashes: number,
    from: number,
    numRows: number,
    mayInsert: boolean,
    groups: number,
  ): number;

  /** Writes the rows and hashes of the entries from `slot` to before `endSlot`, whose rows begin at their second slot, into plain arrays; returns how many. */
  listEntries(slot: number, endSlot: number, pointers: number, hashes: number): number;

  /** As `partitionRows`, from row number `from` on, but writes entries with a link of 0, and no slots between hash and row. */
  partitionEntries(
    pointers: number,
    hashes: number,
    from: number,
    numRows: number,
    shift: number,
    mask: number,
    cursors: number,
  ): number;

  /** Adds a column of rows to the sums of their groups, in order; rows whose group is 0 and nulls are left out. */
  addNumbers(numbers: AddedNumbers, pointers: number, numRows: number, groups: number): void;
}

/**
 * Joins rows. An *entry* is a slot with link (word 0) and hash (word 1), and a row; it begins a list of all entries of its key, each of which has the slot of the next in its
 * link (bits 0 to 28; 0: the last). Bit 29 of the link says that the row is in a file; such an entry has one slot in place of the row. A
 * *directory* is a plain array of words:
 *
 *     0  how far hashes without their last bit are shifted right to have the number of their region
 *     1  how far hashes are shifted left inside of a region
 *     2  kind of the key: 0 int32, 1 float64, 2 int64
 *     3  slot of the key in build rows     6  slot of the key in probe rows
 *     4  their word with its null bit      7  their word with its null bit
 *     5  that bit; 0: never null           8  that bit; 0: never null
 *     9  the slot of the regions: each two words, the first cell and the number of cells; a region without cells has no entries
 *    10  the slot of the plain array of the slots of the pages of cells, 4096 each
 *
 * A cell is a slot: the first entry of a key (0: empty), and its hash. A search begins at cell `first cell + floor(shifted hash * cells / 2^32)` and goes
 * on to the next in the region; one cell of each region is empty.
 * @internal
 */
export interface JoinKernels {
  /**
   * Puts the entries from `slot` to before `endSlot`, each at the begin of the list of its key; nulls are one key. Stops in front of an entry whose row is in a file,
   * or that has the hash of one; returns its slot, or `endSlot`.
   */
  insertEntries(directory: number, slot: number, endSlot: number): number;

  /**
   * Writes to `heads` the first entry of the key of each row from number `from` on; 0 where there is none, for null, and where `heads` has a word below 0. Stops
   * in front of a row with the hash of an entry whose row is in a file; returns its number, or `numRows`. Words of `heads` behind it mean nothing, but for those below 0.
   */
  findEntries(
    directory: number,
    pointers: number,
    hashes: number,
    from: number,
    numRows: number,
    heads: number,
  ): number;

  /**
   * Lists pairs: each entry of the list that begins at `heads`, with the row at `pointers`. `builds` and `probes` are given their rows, `maxPairs` at most. `state` has two
   * words: the number of the row to go on with, and the entry (0: that in `heads`). Stops in front of an entry whose row is in a file; returns how many pairs there are.
   */
  listPairs(
    state: number,
    heads: number,
    pointers: number,
    numRows: number,
    builds: number,
    probes: number,
    maxPairs: number,
  ): number;

  /**
   * Writes tuples of two records, one behind the other, from number `from` on, up to the first that would reach beyond `limitSlot`; returns its number. `lefts` and `rights` point to rows;
   * `leftWord` and `rightWord` are the words of those that have the offset of the record, 0 when the row is the record. `endSlot` says where the tuples end.
   */
  writePairs(
    lefts: number,
    rights: number,
    from: number,
    numPairs: number,
    leftWord: number,
    rightWord: number,
    toSlot: number,
    limitSlot: number,
  ): number;

  /**
   * As `writePairs`, but writes rows of fields of both records. `plan` has words: the number of fields (32 at most), `leftWord`, `rightWord`, whether any field has more
   * than its slot; then four for each field: its kind (0: nothing but its slot, 1: text, 2: bytes, 3: a struct or array), 0 for the left or 1 for the right record, its slot in the record, and the
   * number of its null bit.
   */
  projectPairs(
    plan: number,
    lefts: number,
    rights: number,
    from: number,
    numPairs: number,
    toSlot: number,
    limitSlot: number,
  ): number;
}

/** Looks through bytes. Positions are relative to the byte offset `from`. @internal */
export interface ByteKernels {
  /** Returns the checksum of spilled blocks, of 53 bits: of `length` bytes; that and `from` are multiples of four. */
  checksum(from: number, length: number): number;

  /**
   * Writes the positions of bytes that are one of four into the plain array `positions`, in order, `maxPositions` at most; returns how many. `bytes`
   * are the four, the first in its lowest byte; for fewer some are repeated, as {@link sameBytes} does for one. When the array is full, go on behind the last.
   */
  findBytes(from: number, length: number, bytes: number, positions: number, maxPositions: number): number;

  /**
   * Finds where needles begin that lie whole in the range. `needles` is the slot of a set that {@link writeNeedles} wrote. Each match is two words of
   * `matches`, the position and the number of the needle; in order of positions, then numbers. Stops when there
   * may be no room for all matches of one position, so `maxMatches` is at least {@link MAX_NEEDLES}; returns how many matches there are. When fewer than MAX_NEEDLES are
   * free, go on one behind the position of the last.
   */
  findNeedles(from: number, length: number, needles: number, matches: number, maxMatches: number): number;
}

/**
 * Makes rows of one string, whose text follows their slots, of lines of text, and lines of such rows. A line that can't be made is left to the caller: of other bytes
 * than ASCII where the form does not take each byte as a character, too long, or without a delimiter.
 * @internal
 */
export interface LineKernels {
  /** The byte behind the last line that the last call of {@link joinLines} wrote. */
  readonly endByte: number;

  /**
   * Writes the lines in `length` bytes as rows to `toSlot`, as long as there may be room up to `limitSlot`. Returns how many bytes they take with their delimiters; `endSlot` says
   * where the rows end. What lies behind them up to `limitSlot` may be overwritten. Lines and rows do not overlap.
   */
  splitLines(from: number, length: number, form: LineForm, toSlot: number, limitSlot: number): number;

  /**
   * Writes the rows from `slot` to before `endSlot` as lines to the bytes at `to`, as long as there are eight bytes behind a line up to `limit`. Returns the slot of the first row
   * that it did not write, or `endSlot`; `endByte` says where the lines end. What lies behind them up to `limit` may be overwritten.
   */
  joinLines(
    slot: number,
    endSlot: number,
    form: Pick<LineForm, "delimiter" | "isLatin1">,
    to: number,
    limit: number,
  ): number;
}

/** Gathers and adds numbers (float64) by index; indexes count slots from the begin of their array. @internal */
export interface NumberKernels {
  /** Writes `values[indexes[i]]` to `out[i]`. */
  gatherNumbers(values: number, indexes: number, numIndexes: number, out: number): void;

  /** Adds `values[i]` to `targets[indexes[i]]`, in order. */
  scatterAdd(targets: number, indexes: number, values: number, numIndexes: number): void;

  /**
   * Writes to `out[i]` the sum of `values[indexes[j]]` for j from `offsets[i]` to before `offsets[i + 1]`, i from 0 to before `numSums`: of each
   * vertex's neighbours in an adjacency list. `offsets` has `numSums + 1` words. Sums are made with four partial ones, j modulo 4 from the begin.
   */
  sumGathered(offsets: number, numSums: number, indexes: number, values: number, out: number): void;
}
