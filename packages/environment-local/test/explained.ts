import { bareHost, type EnvironmentOptions } from "@millrace/core";
import { type DataSet, ExecutionEnvironment } from "@millrace/dataset";
import { localEngine } from "../src/index.js";

/** Returns an environment whose programs are only explained. */
export function environment(options: EnvironmentOptions = {}): ExecutionEnvironment {
  return ExecutionEnvironment.onEngine(localEngine(bareHost()), { parallelism: 4, ...options });
}

/** Returns the job graph of a data set as text, without where in this file operators were made. */
export async function graphOf(data: DataSet<unknown>): Promise<string> {
  const text = await data.explain();
  const [, graph = ""] = text.split(/\n\nJob graph[^\n]*\n\n/);
  return graph.replaceAll(/ at [\w.-]+:\d+:\d+/g, "");
}
