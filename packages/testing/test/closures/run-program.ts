import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const programsFolder = join(dirname(fileURLToPath(import.meta.url)), "programs");

/** Runs a program in a process of its own and gives what it prints. */
export function runProgram(
  node: string,
  nodeArguments: readonly string[],
  cwd: string = programsFolder,
  variables: Readonly<Record<string, string>> = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      cwd,
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
      env: { ...environment(), ...variables },
    } as const;
    execFile(node, [...nodeArguments], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${error.message}\n${stdout}\n${stderr}`));
    });
  });
}

/** Without what a test runner sets for its own workers. */
function environment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS, NODE_V8_COVERAGE, ...rest } = process.env;
  return { ...rest, NODE_NO_WARNINGS: "1" };
}
