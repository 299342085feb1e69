export type { CodeContext } from "./code-context.js";
export { declaredTypeOf, intakeOf, isPlainOutside, placeOf, type TakeIn } from "./result-intake.js";
export { singlePassOver } from "./row-records.js";
export { UserCode } from "./user-code.js";
