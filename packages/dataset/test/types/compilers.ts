// Runs the compilers that users have: TypeScript 7 (native) and TypeScript 6.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);

/** The compilers by version, as the paths of their command. */
export const compilers = {
  "7.0": join(dirname(require.resolve("typescript/package.json")), "bin/tsc"),
  "6.0": join(dirname(require.resolve("typescript-6/package.json")), "bin/tsc"),
} as const;

export const here = fileURLToPath(new URL(".", import.meta.url));

/** Compiles a project and returns what the compiler printed. */
export function compile(version: keyof typeof compilers, project: string, ...options: string[]): string {
  const run = spawnSync(process.execPath, [compilers[version], "-p", project, "--pretty", "false", ...options], {
    cwd: here,
    encoding: "utf8",
  });
  return `${run.stdout}${run.stderr}`;
}
