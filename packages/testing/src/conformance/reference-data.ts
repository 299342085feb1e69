/**
 * The data of the reference cases with their types, for programs. They are JSON files beside the sources, so that they bundle
 * for a browser and can be read in any language.
 */
export {
  connectedComponents,
  csvFormats,
  dataSetOps,
  emptyFields,
  iterations,
  kMeans,
  linearRegression,
  pageRank,
  recordJobs,
  transitiveClosure,
  triangles,
  webLog,
  wordCount,
} from "../../data/cases.js";
