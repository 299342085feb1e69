import type { DriverSpec, GroupSpec, GroupStrategy, ValuePosition } from "../drivers.js";
import { keysText } from "./keys-text.js";

/** Returns what a driver does, such as `join inner, hash-build-second, id = user`. @internal */
export function driverText(driver: DriverSpec): string {
  switch (driver.kind) {
    case "reduce":
    case "groupReduce":
    case "reduceCombine":
    case "distinct":
      return joined(driver.kind, groupText(driver.group, driver.strategy));
    case "groupCombine":
      return joined(
        driver.kind,
        groupText(driver.group, driver.group.keys === undefined ? "all" : "sorted"),
        orderText(driver.order),
        driver.keepsKeys ? "keeping keys" : "",
      );
    case "first":
      return joined(`first ${driver.count}`, groupText(driver.group, driver.strategy));
    case "selectBy":
      return joined(`${driver.extreme} of ${driver.fields.join(", ")}`, groupText(driver.group, driver.strategy));
    case "aggregate": {
      const aggregations = driver.aggregations.map(({ aggregation, field }) => `${aggregation} of ${field}`);
      return joined(`aggregate ${aggregations.join(", ")}`, groupText(driver.group, driver.strategy));
    }
    case "summarize": {
      const aggregates = driver.aggregates.map(({ aggregate, name }) => `${name} = ${aggregate}`);
      return joined(`summarize ${aggregates.join(", ")}`, groupText(driver.group, driver.strategy));
    }
    case "join": {
      const keys = `${keysText(driver.leftKeys)} = ${keysText(driver.rightKeys)}`;
      return joined(`join ${driver.joinType}`, driver.strategy, keys, sidesText(driver.leftValue, driver.rightValue));
    }
    case "coGroup": {
      const keys = `${keysText(driver.leftKeys)} = ${keysText(driver.rightKeys)}`;
      const solution = driver.solution === undefined ? "" : `solution set ${driver.solution}`;
      return joined("coGroup", keys, solution, sidesText(driver.leftValue, driver.rightValue));
    }
    case "cross":
      return `cross, inner ${driver.inner}`;
    case "mapAsync":
      return `mapAsync, ${driver.options.concurrency} at a time${driver.options.isOrdered ? "" : ", in any order"}`;
    case "collect":
      return `collect ${driver.index}`;
    case "deltaHead":
    case "solutionTail":
      return joined(driver.kind, `by ${keysText(driver.keys)}`, valueText(driver.value));
    case "rangeBorders":
      return `rangeBorders of ${keysText(driver.keys)} for ${driver.numPartitions} partitions`;
    default:
      return driver.kind;
  }
}

function groupText({ keys, value }: GroupSpec, strategy: GroupStrategy): string {
  if (keys === undefined) return strategy === "all" ? "all" : `all, ${strategy}`;
  return joined(`${strategy} by ${keysText(keys)}`, valueText(value));
}

function orderText(order: Parameters<typeof keysText>[0]): string {
  return order.length === 0 ? "" : `each in the order of ${keysText(order)}`;
}

function valueText(value: ValuePosition): string {
  return value === undefined ? "" : `record at ${value}`;
}

function sidesText(left: ValuePosition, right: ValuePosition): string {
  if (left === undefined && right === undefined) return "";
  return `records at ${left ?? "*"} and ${right ?? "*"}`;
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(", ");
}
