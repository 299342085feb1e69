import type { ConformanceProgram } from "../../program.js";
import { aggregateCases } from "./aggregate.js";
import { bulkIterationCases } from "./bulk-iterations.js";
import { clusterCases } from "./cluster-cases.js";
import { coGroupCases } from "./co-group.js";
import { crossCases } from "./cross.js";
import { csvCases } from "./csv-cases.js";
import { deltaIterationCases } from "./delta-iterations.js";
import { distinctCases } from "./distinct.js";
import { filterCases } from "./filter.js";
import { firstCases } from "./first.js";
import { graphCases } from "./graph-cases.js";
import { jobCases } from "./job-cases.js";
import { joinCases } from "./join.js";
import { outerJoinCases } from "./outer-join.js";
import { recordJobCases } from "./record-jobs.js";
import { reduceCases } from "./reduce.js";
import { reduceGroupCases } from "./reduce-group.js";
import { textCases } from "./text-cases.js";

/** The reference cases as programs. */
export const referencePrograms: readonly ConformanceProgram[] = [
  ...aggregateCases,
  ...coGroupCases,
  ...crossCases,
  ...distinctCases,
  ...filterCases,
  ...firstCases,
  ...reduceGroupCases,
  ...joinCases,
  ...outerJoinCases,
  ...reduceCases,
  ...bulkIterationCases,
  ...deltaIterationCases,
  ...jobCases,
  ...recordJobCases,
  ...csvCases,
  ...textCases,
  ...clusterCases,
  ...graphCases,
];
