import { PAGE_SIZE_BYTES, SLOT_SIZE_BYTES } from "@millrace/core";

/** Is the size of a sort entry in bytes. @internal */
export const ENTRY_SIZE_BYTES = 16;
/** Is the size of a sort entry in slots. @internal */
export const ENTRY_SLOTS = ENTRY_SIZE_BYTES / SLOT_SIZE_BYTES;
/** Is the size of a sort entry in 32-bit words: the stride of the pointers in them. @internal */
export const ENTRY_WORDS = ENTRY_SIZE_BYTES / 4;
/** Is how many sort entries a page holds. @internal */
export const ENTRIES_PER_PAGE = PAGE_SIZE_BYTES / ENTRY_SIZE_BYTES;
/** Is the shift that makes the number of an entry's page of its own. */
export const ENTRIES_PER_PAGE_SHIFT = 11;

/** The words of an entry from the most to the least significant: the key's first eight bytes, four more of the key, the payload. */
export const ENTRY_WORD_ORDER = [1, 0, 3, 2] as const;

/** Is how many bits an entry has. @internal */
export const ENTRY_BITS = 128;
/** How many values a digit has. */
export const DIGIT_VALUES = 256;

/** Is what a scatter needs: for each value of the digit, where its next entry goes and the number of the page after. @internal */
export const SCATTER_SCRATCH_SLOTS = DIGIT_VALUES;

/** Is the longest run of equal prefixes that is sorted by insertion; longer ones are worth another pass over a digit. @internal */
export const MAX_INSERTION_RUN = 48;

/** The words of a bucket of a flat table. */
export const BUCKET_HASH_WORD = 0;
export const BUCKET_POINTER_WORD = 1;

/** Returns the bit behind the digit at `bit`. @internal */
export function nextDigit(bit: number): number {
  return Math.min(bit + 8, (bit | 31) + 1);
}

/** Returns how far the word of the digit at `bit` is shifted to have the digit in its lowest byte. */
export function digitShift(bit: number): number {
  return Math.max(0, 24 - (bit & 31));
}

/** Returns the slot of entry `index` of the pages whose slots are the words from word `table` on. */
export function entrySlot(words: Int32Array, table: number, index: number): number {
  return words[table + (index >>> ENTRIES_PER_PAGE_SHIFT)]! + (index & (ENTRIES_PER_PAGE - 1)) * ENTRY_SLOTS;
}

/** The words of a table of groups; see GroupKernels. */
export const GROUP_TABLE_CELLS = 0;
export const GROUP_TABLE_SHIFT = 1;
export const GROUP_TABLE_FREE = 2;
export const GROUP_TABLE_PREFIX_SLOTS = 3;
export const GROUP_TABLE_NEXT_SLOT = 4;
export const GROUP_TABLE_LIMIT_SLOT = 5;
export const GROUP_TABLE_KIND = 6;
export const GROUP_TABLE_FIELD_SLOT = 7;
export const GROUP_TABLE_NULL_WORD = 8;
export const GROUP_TABLE_NULL_MASK = 9;
export const GROUP_TABLE_PAGES = 10;
/** Stands in a cell whose group went away. */
export const GROUP_CELL_GONE = 1;
/** Set in the link of an entry whose row is in a file. */
export const GROUP_ENTRY_IS_LARGE = 0x2000_0000;

/** The numbers of kinds of keys in a table of groups; dates are compared as other numbers. */
export const GROUP_KEY_KINDS = { int32: 0, float64: 1, timestamp: 1, int64: 2 } as const;

/** Says that the key of a table of groups is a list of fields: then two of its words are where they are described, and how many there are. */
export const GROUP_KEY_FIELDS = 3;
export const GROUP_TABLE_FIELDS = GROUP_TABLE_FIELD_SLOT;
export const GROUP_TABLE_NUM_FIELDS = GROUP_TABLE_NULL_WORD;

/** The numbers of kinds of fields in a key; see KeyKernels. */
export const KEY_FIELD_KINDS = { int32: 0, float64: 1, int64: 2, timestamp: 3, boolean: 4, string: 5 } as const;
/** The words of a field of a key: kind, slot in the row, word and mask of the null bit. */
export const KEY_FIELD_WORDS = 4;
/** The most fields of a key. */
export const MAX_KEY_FIELDS = 32;
/** The most units of all strings of a key: three bytes each, and a tag and an end of each, fit the room for a key's bytes. */
export const MAX_KEY_UNITS = 8192;
/** The room for the bytes of a key. */
export const KEY_ROOM_SLOTS = 4096;

/** The words of a table of packed tuples; see PackedKernels. */
export const PACKED_TABLE_CELLS = 0;
export const PACKED_TABLE_SHIFT = 1;
export const PACKED_TABLE_FREE = 2;
export const PACKED_TABLE_NEXT_SLOT = 3;
export const PACKED_TABLE_LIMIT_SLOT = 4;
export const PACKED_TABLE_TUPLE_SLOTS = 5;
export const PACKED_TABLE_KEYS = 6;
export const PACKED_TABLE_KEPT_SLOTS = 7;
export const PACKED_TABLE_ENTRY_SLOTS = 8;
export const PACKED_TABLE_FLOATS = 9;
export const PACKED_TABLE_NULL_MASK = 10;
/** Room for a kernel. */
export const PACKED_TABLE_ROOM = 12;
export const PACKED_TABLE_ROOM_WORDS = 128;
export const PACKED_TABLE_PAGES = PACKED_TABLE_ROOM + PACKED_TABLE_ROOM_WORDS;

/** How a field gets into a tuple: an int32 as the float64 that it equals, a float64 with one form of NaN, or any slot as it is. */
export const PACK_INT32 = 0;
export const PACK_FLOAT64 = 1;
export const PACK_SLOT = 2;

/** What is done to the state of a group. */
export const FOLD_COUNT_ROWS = 0;
export const FOLD_COUNT = 1;
export const FOLD_SUM = 2;
export const FOLD_SUM_INT64 = 3;
export const FOLD_MIN = 4;
export const FOLD_MAX = 5;
export const FOLD_MIN_INT64 = 6;
export const FOLD_MAX_INT64 = 7;

/** What becomes of a slot of an entry in a row: see `writeResults`. */
export const RESULT_SLOT = 0;
export const RESULT_INT32 = 1;
export const RESULT_COUNT = 2;
export const RESULT_NUMBER = 3;
export const RESULT_AVERAGE = 4;
/** The words that say so of one field: kind, slot in the entry, word of the entry with its bit, that bit, and two of no meaning. */
export const RESULT_FIELD_WORDS = 6;

/** The words of a directory of a join table; see JoinKernels. */
export const DIRECTORY_REGION_SHIFT = 0;
export const DIRECTORY_SHIFT = 1;
export const DIRECTORY_KIND = 2;
export const DIRECTORY_BUILD_KEY = 3;
export const DIRECTORY_PROBE_KEY = 6;
export const DIRECTORY_REGIONS = 9;
export const DIRECTORY_PAGES = 10;
/** How many words a directory has, without regions and pages. */
export const DIRECTORY_WORDS = 11;

/** The words of a plan of projectPairs. */
export const PLAN_NUM_FIELDS = 0;
export const PLAN_LEFT_WORD = 1;
export const PLAN_RIGHT_WORD = 2;
export const PLAN_HAS_TAILS = 3;
export const PLAN_FIELDS = 4;
export const PLAN_WORDS_PER_FIELD = 4;
/** The most fields that a plan has. */
export const MAX_PLAN_FIELDS = 32;

/** The kinds of fields in a plan. */
export const PLAN_FIELD_KINDS = { slot: 0, text: 1, bytes: 2, struct: 3 } as const;
