import { spawn } from "node:child_process";
import { performance } from "node:perf_hooks";
import { contentHash, recall, remember } from "./stamps.mjs";
import { checkEnvironment, root, toolchainNode } from "./toolchain.mjs";

/**
 * Runs the phases of `npm start` and `npm test`: one line for each with its duration, silence while all is well, and
 * everything that a failing phase said. A phase counts as one check, unless it says how many it made.
 */
export class Phases {
  numPassed = 0;
  numFailed = 0;

  /**
   * Runs one phase and gives whether it passed. `action` gets `run(command, arguments, options)`, which captures the
   * output of a child process, returns it and throws when the process fails; the action may return counts and more output
   * as `{ passed, failed, output }`.
   * With `inputs`, the files and folders that the result depends on, a phase that passed is not repeated until one changes.
   */
  async run(name, action, inputs) {
    const start = performance.now();
    const hash = inputs === undefined ? undefined : contentHash(inputs, [process.version, toolchainNode()]);
    const known = hash === undefined ? undefined : recall(name, hash);
    const { passed, failed, output } = known ?? (await outcome(action));
    if (hash !== undefined) remember(name, hash, { passed, failed });
    this.numPassed += passed;
    this.numFailed += failed;
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    const remark = failed > 0 ? `FAILED (${failed})` : known === undefined ? "" : "unchanged";
    console.log(`${name.padEnd(12)}${seconds.padStart(6)} s  ${remark}`.trimEnd());
    if (failed > 0) console.log(output.trimEnd().replace(/^/gm, "  "));
    return failed === 0;
  }

  /** Prints the closing line and sets the exit code. */
  close() {
    console.log(`\n${this.numPassed} passed, ${this.numFailed} failed`);
    if (this.numFailed > 0) process.exitCode = 1;
  }
}

/** Carries out an action; an action that throws has failed, and one that says no counts is one check. */
async function outcome(action) {
  const said = [];
  const run = (command, commandArguments, options) => capture(command, commandArguments, options, said);
  try {
    const result = await action(run);
    return {
      passed: 1,
      failed: 0,
      ...countsIn(said.join("")),
      ...result,
      output: said.join("") + (result?.output ?? ""),
    };
  } catch (error) {
    if (!(error instanceof CommandFailure)) said.push(`${error?.stack ?? error}\n`);
    const { passed, failed } = { passed: 0, failed: 0, ...countsIn(said.join("")) };
    return { passed, failed: Math.max(failed, 1), output: said.join("") };
  }
}

/** Says that a child process failed; what it printed is in the phase's output already. */
class CommandFailure extends Error {}

/** How long one command may take. The longest needs two minutes on two cores; more means that it does not end by itself. */
const commandLimitMs = 20 * 60 * 1000;

/** Runs a child process with no standard input; its two outputs are kept in the order of arrival. */
function capture(command, commandArguments, options, output) {
  return new Promise((resolve, reject) => {
    const said = [];
    const child = spawn(command, commandArguments, {
      cwd: root,
      env: checkEnvironment(),
      stdio: ["ignore", "pipe", "pipe"],
      signal: AbortSignal.timeout(commandLimitMs),
      ...options,
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text) => {
        said.push(text);
        output.push(text);
      });
    }
    const fail = (how) => {
      const line = `${[command, ...commandArguments].join(" ")}: ${how}\n`;
      output.push(line);
      reject(new CommandFailure(line));
    };
    child.on("error", ({ name, message }) => {
      fail(name === "AbortError" ? `did not end within ${commandLimitMs / 60_000} minutes` : message);
    });
    child.on("close", (code, signal) => {
      if (code === 0) resolve(said.join(""));
      else fail(`ended with ${signal ?? `exit code ${code}`}`);
    });
  });
}

/** Reads the counts of a check script's last line `N passed, N failed`, or those of Node's test runner (TAP). */
function countsIn(text) {
  const last = [
    ...text.matchAll(/^(\d+) passed, (\d+) failed$/gm),
    ...text.matchAll(/^# pass (\d+)\n# fail (\d+)$/gm),
  ].at(-1);
  return last === undefined ? {} : { passed: Number(last[1]), failed: Number(last[2]) };
}
