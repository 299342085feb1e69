export { CallCollector } from "./call-collector.js";
export { failureOf, isPrivateMemberMissing, privateMembers, thrownText } from "./failures.js";
export { customTypesOf, RecordCopies } from "./record-copies.js";
export { shortRecordText } from "./record-text.js";
export {
  changedKey,
  checkBoolean,
  checkBoundary,
  checkMany,
  checkNoResult,
  checkOne,
  checkPartition,
} from "./result-checks.js";
export { type RecordCursor, SinglePassIterable } from "./single-pass.js";
