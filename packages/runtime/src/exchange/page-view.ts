import {
  invariant,
  type Memory,
  type MemorySegment,
  PAGE_KIND_DATA,
  readPageHeader,
  SLOT_SIZE_BYTES,
} from "@millrace/core";
import { PAGE_HEADER_SLOTS } from "../memory/page-slots.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";

/** Is what lies in a page of rows: they follow one another in `memory` from `slot` to `endSlot`. */
export interface PageView {
  readonly memory: Memory;
  readonly slot: number;
  readonly endSlot: number;
  readonly numRows: number;
  readonly layout: StreamLayout;
}

/** Reads the header of a page that came through a channel. */
export function viewOfPage(page: MemorySegment, layouts: LayoutTable): PageView {
  const header = readPageHeader(page);
  invariant(header.kind === PAGE_KIND_DATA, "pages in channels hold rows");
  return {
    memory: page.memory,
    slot: page.firstSlot + PAGE_HEADER_SLOTS,
    endSlot: page.firstSlot + header.usedBytes / SLOT_SIZE_BYTES,
    numRows: header.numRecords,
    layout: layouts.of(header.layoutId),
  };
}
