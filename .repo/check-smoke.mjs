import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { reportProblems } from "./check.mjs";
import { attempt, consumerNodes, consumerOfCheck } from "./consumer.mjs";
import { root } from "./toolchain.mjs";

/** Runs `.repo/smoke.mjs` in a user's folder with the packed packages, under each Node.js that they must run under. */

const folder = consumerOfCheck();
copyFileSync(join(root, ".repo", "smoke.mjs"), join(folder, "smoke.mjs"));
const problems = [];
let numPassed = 0;
for (const node of consumerNodes()) {
  const { status, said, printed } = attempt(node, ["smoke.mjs"], folder);
  if (status === 0) numPassed += Number(/^(\d+) programs ran$/m.exec(printed)?.[1]);
  else problems.push(`${attempt(node, ["--version"], folder).printed.trim()}:\n${said}`);
}
reportProblems(problems, numPassed + problems.length);
