import type { ChainedSpec, KeyPartSpec } from "../chained.js";
import type { DriverSpec, PairResultSpec } from "../drivers.js";
import type { IterationSpec, JobVertex, ObjectRef } from "../job-graph.js";
import type { ShipStrategy } from "../strategies.js";

/** Returns all objects that a vertex names: of its driver, its chain and the edges into it. @internal */
export function refsOfVertex(vertex: JobVertex): readonly ObjectRef[] {
  const edges = [...vertex.inputs, ...vertex.broadcasts.map(({ input }) => input)].flatMap((input) => input.edges);
  return [
    ...refsOfDriver(vertex.driver),
    ...vertex.chain.flatMap(refsOfChained),
    ...edges.flatMap(({ ship }) => refsOfShip(ship)),
  ];
}

/** Returns all objects that an iteration names. @internal */
export function refsOfIteration({ aggregators }: IterationSpec): readonly ObjectRef[] {
  return aggregators.flatMap(({ factory, convergence }) => [
    factory,
    ...(convergence === undefined ? [] : [convergence]),
  ]);
}

function refsOfDriver(driver: DriverSpec): readonly ObjectRef[] {
  switch (driver.kind) {
    case "source":
      return [driver.source];
    case "collection":
      return [driver.records];
    case "sink":
      return [driver.sink];
    case "mapAsync":
      return [driver.function, driver.options.retryDelayMs];
    case "join":
    case "cross":
      return refsOfResult(driver.result);
    default:
      return "function" in driver ? [driver.function] : [];
  }
}

function refsOfResult(result: PairResultSpec): readonly ObjectRef[] {
  return result.kind === "function" || result.kind === "flatFunction" ? [result.function] : [];
}

function refsOfChained(chained: ChainedSpec): readonly ObjectRef[] {
  if (chained.kind === "attachKey") return chained.parts.flatMap(refsOfPart);
  return "function" in chained ? [chained.function] : [];
}

function refsOfPart(part: KeyPartSpec): readonly ObjectRef[] {
  if (part.kind === "tuple") return part.parts.flatMap(refsOfPart);
  return part.kind === "selector" ? [part.function] : [];
}

function refsOfShip(ship: ShipStrategy): readonly ObjectRef[] {
  if (ship.kind === "custom") return [ship.partitioner];
  return ship.kind === "range" && ship.borders.kind === "distribution" ? [ship.borders.distribution] : [];
}
