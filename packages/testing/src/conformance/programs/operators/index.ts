import type { ConformanceProgram } from "../../program.js";
import { aggregatePrograms } from "./aggregate-programs.js";
import { dataPrograms } from "./data-programs.js";
import { earlyEndPrograms } from "./early-end-programs.js";
import { expressionPrograms } from "./expression-programs.js";
import { filePrograms } from "./file-programs.js";
import { functionPrograms } from "./function-programs.js";
import { ioPrograms } from "./io-programs.js";
import { iterationPrograms } from "./iteration-programs.js";
import { joinPrograms } from "./join-programs.js";
import { partitionPrograms } from "./partition-programs.js";
import { promisePrograms } from "./promise-programs.js";
import { recordPrograms } from "./record-programs.js";
import { refusalPrograms } from "./refusal-programs.js";
import { settingPrograms } from "./setting-programs.js";
import { typePrograms } from "./type-programs.js";
import { utilityPrograms } from "./utility-programs.js";

/** Programs of every operator: what it promises, its edges, and what it refuses. */
export const operatorPrograms: readonly ConformanceProgram[] = [
  ...recordPrograms,
  ...aggregatePrograms,
  ...joinPrograms,
  ...partitionPrograms,
  ...iterationPrograms,
  ...functionPrograms,
  ...expressionPrograms,
  ...ioPrograms,
  ...filePrograms,
  ...settingPrograms,
  ...promisePrograms,
  ...utilityPrograms,
  ...typePrograms,
  ...refusalPrograms,
  ...dataPrograms,
  ...earlyEndPrograms,
];
