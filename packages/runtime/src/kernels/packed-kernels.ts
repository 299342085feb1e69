/** Says which field of rows becomes which slot of tuples. @internal */
export interface PackedField {
  /** What becomes of it: `PACK_INT32`, `PACK_FLOAT64` or `PACK_SLOT`. */
  readonly kind: number;
  /** The slot of the field, counted from the begin of a row. */
  readonly fieldSlot: number;
  /** The word of a row with the field's null bit. */
  readonly nullWord: number;
  /** The null bit in that word; 0 when it is never null. */
  readonly nullMask: number;
  /** The slot of a tuple that it is written to. */
  readonly slot: number;
}

/** Says which slot of tuples is taken into which state of entries, and how: `FOLD_COUNT_ROWS` and so on. @internal */
export interface FoldedTuples {
  /** What is done: `FOLD_COUNT_ROWS` and so on. */
  readonly fold: number;
  /** The slot of a tuple. */
  readonly valueSlot: number;
  /** The slot of the state, counted from the begin of an entry. */
  readonly stateSlot: number;
  /** The word of an entry with the bit that says that the state has a value. */
  readonly seenWord: number;
  /** That bit. */
  readonly seenMask: number;
}

/**
 * Groups rows of which only fields that fill a slot matter, as *tuples*:
 *
 *     slot 0   the hash of the key (word 0), and a null bit for each of the other slots (word 1): bit 0 is that of slot 1
 *     then     keys, then what else is kept of a group's first row, then values; 0 where they are null
 *
 * An *entry* is the first slots of the first tuple of its group, and slots of state. Both have one length in all of a grouping. A *table* is a
 * plain array of words:
 *
 *     0  number of cells                  6  number of keys
 *     1  how far hashes are shifted left  7  slots of a tuple that an entry keeps
 *     2  how many entries may be made     8  slots of an entry
 *     3  the slot for the next entry      9  a bit for each key that is a float64
 *     4  the slot that it must not reach 10  the null bits of keys
 *     5  slots of a tuple                12  room for a kernel, 128 words
 *   140  and on: the slots of the pages of cells, 4096 each
 *
 * Cells and searches are those of `GroupKernels`; there is a power of two of cells. Keys are equal that have equal bits, and float64 that are equal: there is one form of NaN.
 * @internal
 */
export interface PackedKernels {
  /** Writes a field of `numRows` rows, from number `from` of the plain array `pointers` on, into tuples; the field for slot 1 comes first, and clears null bits. */
  packField(
    field: PackedField,
    pointers: number,
    from: number,
    numRows: number,
    tuples: number,
    tupleSlots: number,
  ): void;

  /**
   * Writes the hashes of keys into tuples: the bits 32 to 63 of the sum of `(a + low word) * (b + high word)` over the keys, whose bits are mixed then. `seeds` has
   * two slots for the null bits, then `a` and `b` of each key. This is a strongly universal family of hashes: whoever does not know the seeds cannot
   * choose keys that meet.
   */
  hashTuples(
    tuples: number,
    numTuples: number,
    tupleSlots: number,
    numKeys: number,
    floats: number,
    nullMask: number,
    seeds: number,
  ): void;

  /**
   * Reads what is behind each of many cursors, `numSlots` of it at most, and does nothing else: the cache misses of what is written there next
   * overlap, and would hardly do so when it is written.
   */
  readAhead(cursors: number, numCursors: number, numSlots: number): void;

  /**
   * Copies tuples (or entries) from number `from` on to the partition `(hash >>> shift) & mask` of their hash. Cursors are those of
   * `RowKernels.partitionRows`. Returns the number of the first that has no room, or `numTuples`.
   */
  scatterTuples(
    tuples: number,
    from: number,
    numTuples: number,
    tupleSlots: number,
    shift: number,
    mask: number,
    cursors: number,
  ): number;

  /**
   * Writes to the plain array `groups` the entry of the group of each tuple from number `from` on. Where there is none it makes one, with zeros as its
   * state, or writes 0 when it may not. Stops before the first tuple for which an entry can't be made; returns its number, or `numTuples`. Words 2 and 3
   * of the table are up to date then.
   */
  findTuples(
    table: number,
    tuples: number,
    from: number,
    numTuples: number,
    mayInsert: boolean,
    groups: number,
  ): number;

  /** Puts the entries from `slot` to before `endSlot`, no two of one key and none of them there before, into the cells of a table. */
  indexTuples(table: number, slot: number, endSlot: number): void;

  /** Takes a slot of tuples into the states of their groups, in order. Tuples whose group is 0 and, but for `FOLD_COUNT_ROWS`, nulls are left out. */
  foldTuples(folded: FoldedTuples, tuples: number, numTuples: number, tupleSlots: number, groups: number): void;

  /**
   * Writes entries as rows of a layout without variable parts, one behind the other from `toSlot` on. Of each field of the row, `fields` has RESULT_FIELD_WORDS words:
   * what it is, its slot in an entry, a word of the entry and a bit in it. `RESULT_SLOT` and `RESULT_INT32` (as PACK_INT32 wrote it) are null where the bit is
   * set; `RESULT_NUMBER` and `RESULT_AVERAGE` (a sum, and two slots on a number of values) where it is not; `RESULT_COUNT` never.
   */
  writeResults(
    fields: number,
    numFields: number,
    rowSlots: number,
    headerSlots: number,
    entries: number,
    numEntries: number,
    entrySlots: number,
    toSlot: number,
  ): void;
}
