import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { root as repository } from "./toolchain.mjs";
import { layers } from "./workspace.mjs";

/** Generates `PACKAGES.md` from `.repo/layers.json`: the floors from the top down, and what each package is. */
export function packagesPage(root) {
  const table = layers(root);
  const floors = [...new Set(table.map((entry) => entry.floor))].sort((a, b) => b - a);
  const lines = [
    "# Packages",
    "",
    "Imports go only downward, to a strictly lower floor, and only through a package's published entry point.",
    "This page is generated from `.repo/layers.json` by `npm run packages:update`; `npm test` checks both.",
  ];
  for (const floor of floors) {
    lines.push("", `## Floor ${floor}`, "", "| package | what it is |", "|---|---|");
    for (const { name, path, summary } of table.filter((entry) => entry.floor === floor)) {
      lines.push(`| [\`${name}\`](${path}) | ${summary} |`);
    }
  }
  return `${lines.join("\n")}\n`;
}

if (import.meta.main) writeFileSync(join(repository, "PACKAGES.md"), packagesPage(repository));
