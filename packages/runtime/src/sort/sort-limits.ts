import { MAX_PAGE_ROW_SLOTS } from "../memory/page-slots.js";

/** Is the slot in front of a row that tells its layout, where rows of several layouts lie together. */
export const TAG_SLOTS = 1;
/** Is the size of the largest row that is kept in pages, with a tag in front of it; larger ones go to disk at once. */
export const MAX_ROW_SLOTS = MAX_PAGE_ROW_SLOTS - TAG_SLOTS;

/**
 * Is the least number of pages that a sort of any input works with: to fill a buffer, a page of rows, one of entries and
 * one to sort them into, and one for the sort's tables; to merge runs, two that are read and one that is written.
 * @internal
 */
export const MIN_SORT_PAGES = 4;

/**
 * Is the largest number of runs that are merged at once. More would cost more comparisons for each row than another round of
 * merging costs, and each run is an open file.
 */
export const MAX_FAN_IN = 128;

/** Is set in pointers to rows with a tag. Slots are below 2^29. */
export const TAGGED = 1 << 29;
