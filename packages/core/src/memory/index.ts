export { DataInputView } from "./data-input-view.js";
export { DataOutputView, DOES_NOT_FIT, MAX_RECORD_SIZE_BYTES, type RecordWriter } from "./data-output-view.js";
export { Memory, SLOT_SIZE_BYTES } from "./memory.js";
export { MemorySegment } from "./memory-segment.js";
export {
  type LayoutIdWords,
  PAGE_FIRST_RECORD_OFFSET,
  PAGE_FLAGS_OFFSET,
  PAGE_FORMAT_VERSION,
  PAGE_HEADER_BYTES,
  PAGE_KIND_CONTROL,
  PAGE_KIND_DATA,
  PAGE_KIND_OFFSET,
  PAGE_LAYOUT_ID_OFFSET,
  PAGE_NUM_RECORDS_OFFSET,
  PAGE_SIZE_BYTES,
  PAGE_USED_BYTES_OFFSET,
  PAGE_VERSION_OFFSET,
  type PageHeader,
  readPageHeader,
  startPage,
} from "./page.js";
