export { checkRecord, conformRecord, fitDecimal, ownValue } from "./conform-record.js";
export { MAX_RECORD_DEPTH } from "./copy-data.js";
export { normalizeRecord } from "./normalize-record.js";
export { RecordCopier } from "./record-copier.js";
export { ignoreRejection } from "./refused-promise.js";
export { shortText } from "./short-text.js";
