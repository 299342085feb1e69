import { fileURLToPath } from "node:url";

/** Returns the path of a file of the examples' own data, `apps/examples/data`. */
export function exampleFile(name: string): string {
  return fileURLToPath(new URL(`../data/${name}`, import.meta.url));
}
