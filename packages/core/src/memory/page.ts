/**
 * A page is a segment of 32 KiB with a header of three slots; what follows is records (kind data) or control elements
 * (watermarks, barriers, ends of supersteps and of input; kind control), whose form is the runtime's business.
 *
 *     byte  0   kind        u8   1 data, 2 control
 *           1   flags       u8   bit 0: the page begins inside a record of the page before
 *           2   version     u16  of this header and of the row format
 *           4   usedBytes   u32  header included; a multiple of 8
 *           8   layoutId    u64  of every record in the page; 0 in control pages
 *          16   numRecords  u32  records that begin in the page
 *          20   firstRecord u32  byte offset of the first record that begins in the page; 0 when none does
 *          24   …
 *
 * A record that does not fit goes on right after the header of the next page. Its first slot, which holds its size, is
 * never split, because records and pages are aligned to slots.
 */
import { invariant } from "../errors/index.js";
import type { MemorySegment } from "./memory-segment.js";

/** Is the size of a page. @public */
export const PAGE_SIZE_BYTES = 32 * 1024;

export const PAGE_KIND_OFFSET = 0;
export const PAGE_FLAGS_OFFSET = 1;
export const PAGE_VERSION_OFFSET = 2;
/** Is where a page's header says how many of its bytes are used. @internal */
export const PAGE_USED_BYTES_OFFSET = 4;
export const PAGE_LAYOUT_ID_OFFSET = 8;
/** Is where a page's header says how many records begin in it. @internal */
export const PAGE_NUM_RECORDS_OFFSET = 16;
/** Is where a page's header says where the first record that begins in it is. @internal */
export const PAGE_FIRST_RECORD_OFFSET = 20;

/** Is the size of the header of a page. @public */
export const PAGE_HEADER_BYTES = 24;

/** Is the kind of a page that holds records. @public */
export const PAGE_KIND_DATA = 1;

/** Is the kind of a page that holds control elements. @public */
export const PAGE_KIND_CONTROL = 2;

export const PAGE_FLAG_CONTINUES = 1;

/** Is the version of page header and row format; a reader refuses pages of another. @public */
export const PAGE_FORMAT_VERSION = 1;

/** Names a layout: the two halves of the 64-bit hash of its descriptor, as signed 32-bit integers. @public */
export interface LayoutIdWords {
  /** The low half. */
  readonly low: number;
  /** The high half. */
  readonly high: number;
}

/** Writes the header of a page that has no record yet. @internal */
export function startPage(page: MemorySegment, kind: number, layoutId: LayoutIdWords, continues: boolean): void {
  page.putByte(PAGE_KIND_OFFSET, kind);
  page.putByte(PAGE_FLAGS_OFFSET, continues ? PAGE_FLAG_CONTINUES : 0);
  page.putByte(PAGE_VERSION_OFFSET, PAGE_FORMAT_VERSION);
  page.putByte(PAGE_VERSION_OFFSET + 1, 0);
  page.putInt32(PAGE_USED_BYTES_OFFSET, PAGE_HEADER_BYTES);
  page.putInt32(PAGE_LAYOUT_ID_OFFSET, layoutId.low);
  page.putInt32(PAGE_LAYOUT_ID_OFFSET + 4, layoutId.high);
  page.putInt32(PAGE_NUM_RECORDS_OFFSET, 0);
  page.putInt32(PAGE_FIRST_RECORD_OFFSET, 0);
}

/** Is what the header of a page says. @public */
export interface PageHeader {
  /** {@link PAGE_KIND_DATA} or {@link PAGE_KIND_CONTROL}. */
  readonly kind: number;
  /** Whether the page begins inside a record of the page before. */
  readonly continues: boolean;
  /** How much of the page is used, its header included. */
  readonly usedBytes: number;
  /** The layout of all records in the page. */
  readonly layoutId: LayoutIdWords;
  /** How many records begin in the page. */
  readonly numRecords: number;
  /** The byte offset of the first record that begins in the page; 0 when none does. */
  readonly firstRecord: number;
}

/** Reads the header of a page. @public */
export function readPageHeader(page: MemorySegment): PageHeader {
  const version = page.getByte(PAGE_VERSION_OFFSET) | (page.getByte(PAGE_VERSION_OFFSET + 1) << 8);
  invariant(version === PAGE_FORMAT_VERSION, `pages have format version ${PAGE_FORMAT_VERSION}`);
  return {
    kind: page.getByte(PAGE_KIND_OFFSET),
    continues: (page.getByte(PAGE_FLAGS_OFFSET) & PAGE_FLAG_CONTINUES) !== 0,
    usedBytes: page.getInt32(PAGE_USED_BYTES_OFFSET),
    layoutId: { low: page.getInt32(PAGE_LAYOUT_ID_OFFSET), high: page.getInt32(PAGE_LAYOUT_ID_OFFSET + 4) },
    numRecords: page.getInt32(PAGE_NUM_RECORDS_OFFSET),
    firstRecord: page.getInt32(PAGE_FIRST_RECORD_OFFSET),
  };
}
