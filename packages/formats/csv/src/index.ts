export type { CsvReadOptions } from "./csv-options.js";
export { csvSource, SKIPPED_LINES } from "./csv-source.js";
