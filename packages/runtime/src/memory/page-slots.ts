import { PAGE_HEADER_BYTES, PAGE_SIZE_BYTES, SLOT_SIZE_BYTES } from "@millrace/core";

/** Is how many slots a page has. */
export const PAGE_SLOTS = PAGE_SIZE_BYTES / SLOT_SIZE_BYTES;
/** Is how many slots of a page its header takes. */
export const PAGE_HEADER_SLOTS = PAGE_HEADER_BYTES / SLOT_SIZE_BYTES;
/** Is the size of the largest row that fits into a page. */
export const MAX_PAGE_ROW_SLOTS = PAGE_SLOTS - PAGE_HEADER_SLOTS;

/** Is the logarithm of {@link PAGE_SLOTS}: in tables of many pages, `cell >>> PAGE_SHIFT` is the index of a cell's page. */
export const PAGE_SHIFT = 12;
/** Is what `cell & PAGE_MASK` is its slot in that page with. */
export const PAGE_MASK = PAGE_SLOTS - 1;
