import type { Plan } from "@millrace/common-api";
import { type EngineFactory, MillraceError, registeredEngines } from "@millrace/core";

/** Returns the engine of a name, or the ambient one; throws NO_ENGINE, naming the packages to install. @internal */
export function findEngine(name: string | undefined): EngineFactory<Plan> {
  const factories = registeredEngines<Plan>();
  const found = name === undefined ? factories[0] : factories.find((factory) => factory.name === name);
  if (found !== undefined) return found;
  const known = factories.map((factory) => factory.name).join(", ");
  throw new MillraceError({
    code: "NO_ENGINE",
    what: name === undefined ? "No engine is registered" : `No engine named ${JSON.stringify(name)} is registered`,
    expected: known === "" ? "at least one" : `one of ${known}`,
    fix:
      'Install the package "millrace" and import from it, or install "@millrace/environment-collection" and import it ' +
      "before the environment is made.",
  });
}
