/** Lists the benchmarks; each is a program of its own, run by its script. */
import { readdirSync } from "node:fs";

/** Files that are parts of benchmarks, not programs. */
const PARTS = ["first-capture.ts", "index.ts", "measure.ts", "sort-subject.ts"];

for (const file of readdirSync(import.meta.dirname)) {
  if (!PARTS.includes(file)) console.log(`node src/${file}`);
}
