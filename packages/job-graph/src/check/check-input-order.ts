/** Rules [J20] to [J23]: what a driver relies on in its inputs is done before it. */
import type { GroupSpec, GroupStrategy } from "../drivers.js";
import type { JobInput, JobVertex } from "../job-graph.js";
import type { KeyFieldSpec } from "../strategies.js";
import { broken } from "./broken.js";

/** Throws INVALID_JOB_GRAPH when an input is not sorted, or not taken in, and the driver needs it. @internal */
export function checkInputOrder(vertex: JobVertex): void {
  const { driver, inputs } = vertex;
  const [first, second] = inputs;
  switch (driver.kind) {
    case "mapPartition":
    case "coGroupRaw":
      for (const input of inputs) requireDam(input, vertex);
      break;
    case "groupReduce":
      if (driver.strategy === "all") requireDam(first, vertex);
      else requireSorted(first, driver.group.keys, vertex.name);
      break;
    case "groupCombine":
      if (driver.group.keys === undefined) requireDam(first, vertex);
      break;
    case "summarize":
      if (driver.strategy === "hash" && driver.aggregates.some(({ aggregate }) => aggregate === "countDistinct")) {
        throw broken(vertex.name, "counts distinct values of groups in a hash table", "groups that are sorted");
      }
      checkGroups(vertex, driver, first);
      break;
    case "reduce":
    case "reduceCombine":
    case "aggregate":
    case "selectBy":
    case "distinct":
    case "first":
      checkGroups(vertex, driver, first);
      break;
    case "join":
      if (driver.strategy !== "merge") break;
      requireSorted(first, driver.leftKeys, vertex.name);
      requireSorted(second, driver.rightKeys, vertex.name);
      break;
    case "coGroup":
      if (driver.solution !== "first") requireSorted(first, driver.leftKeys, vertex.name);
      if (driver.solution !== "second") requireSorted(inputs.at(-1), driver.rightKeys, vertex.name);
      break;
    case "cross":
      requireDam(driver.inner === "first" ? first : second, vertex);
      break;
    default:
      break;
  }
}

function checkGroups(
  { name }: JobVertex,
  { strategy, group }: { readonly strategy: GroupStrategy; readonly group: GroupSpec },
  input: JobInput | undefined,
): void {
  if (strategy === "sorted") requireSorted(input, group.keys, name);
  if (strategy === "all" || group.keys !== undefined) return;
  throw broken(name, `finds groups by ${strategy} without a key`, "a key, or the strategy all");
}

function requireDam(input: JobInput | undefined, vertex: JobVertex): void {
  if (input?.local.kind !== "none") return;
  throw broken(
    vertex.name,
    "reads an input as it arrives",
    "one that is taken in first: its function can't be suspended",
  );
}

/** The sort may have more keys, such as the order within groups. */
function requireSorted(input: JobInput | undefined, keys: readonly KeyFieldSpec[] | undefined, name: string): void {
  const sorted = input?.local.kind === "sort" ? input.local.keys : [];
  if ((keys ?? []).every(({ path }, index) => sorted[index]?.path === path)) return;
  throw broken(name, "reads groups from an input that is not sorted by its key", "a sort by the key first");
}
