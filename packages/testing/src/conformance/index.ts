export { conformancePrograms } from "./catalogue.js";
export { type Difference, differenceOf, type Outcome } from "./compare.js";
export type { ConformanceOptions, ConformanceSelection } from "./conformance-options.js";
export type { ConformanceFailure, ConformanceReport } from "./conformance-report.js";
export { type CoveredRow, coveredRows } from "./covered-rows.js";
export {
  bag,
  type Expectation,
  failure,
  type LawCheck,
  law,
  ordered,
  orderedByKey,
  type Rendering,
} from "./expectation.js";
export { type KeyKind, keyNamings, keyValueKinds } from "./key-kind.js";
export type { ConformanceProgram, ProgramOutput, ProgramRun } from "./program.js";
export { type ReferenceCase, referenceCases } from "./reference-cases.js";
export { type ConformanceTest, conformanceTests, runConformance } from "./run-conformance.js";
export { valueText } from "./value-text.js";
