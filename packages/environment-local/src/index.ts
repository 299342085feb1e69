export { JOB_GRAPH_VERSION } from "@millrace/job-graph";
