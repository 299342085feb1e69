import { spawn } from "node:child_process";
import { performance } from "node:perf_hooks";
import { checkEnvironment, root } from "./toolchain.mjs";

/**
 * Runs the phases of `npm start` and `npm test`: one line for each with its duration, silence while all is well, and
 * everything that a failing phase said. A phase counts as one check, unless it says how many it made.
 */
export class Phases {
  numPassed = 0;
  numFailed = 0;

  /**
   * Runs one phase. `action` gets `run(command, arguments, options)`, which captures the output of a child process and
   * throws when it fails; it may return `{ passed, failed, note, output }`. Gives whether the phase passed.
   */
  async run(name, action) {
    const start = performance.now();
    const output = [];
    let result;
    try {
      result = await action((command, commandArguments, options) =>
        capture(command, commandArguments, options, output),
      );
    } catch (error) {
      if (!(error instanceof CommandFailure)) output.push(`${error?.stack ?? error}\n`);
      result = { passed: 0, failed: 1, ...countsIn(output.join("")) };
      if (result.failed === 0) result.failed = 1;
    }
    const { passed, failed, note } = { passed: 1, failed: 0, ...countsIn(output.join("")), ...result };
    this.numPassed += passed;
    this.numFailed += failed;
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    const remarks = [...(failed > 0 ? [`FAILED (${failed})`] : []), ...(note === undefined ? [] : [note])];
    console.log(`${name.padEnd(12)}${seconds.padStart(6)} s  ${remarks.join(", ")}`.trimEnd());
    if (failed > 0) process.stdout.write(`${indented(output.join(""))}\n`);
    return failed === 0;
  }

  /** Prints the closing line and sets the exit code. */
  close() {
    console.log(`\n${this.numPassed} passed, ${this.numFailed} failed`);
    if (this.numFailed > 0) process.exitCode = 1;
  }
}

/** Says that a child process failed; what it printed is in the phase's output already. */
class CommandFailure extends Error {}

/** Runs a child process with no standard input; its two outputs are kept in the order of arrival. */
function capture(command, commandArguments, options = {}, output = []) {
  return new Promise((resolve, reject) => {
    const said = [];
    const child = spawn(command, commandArguments, {
      cwd: root,
      env: checkEnvironment(),
      stdio: ["ignore", "pipe", "pipe"],
      ...options,
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text) => {
        said.push(text);
        output.push(text);
      });
    }
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) return resolve(said.join(""));
      const line = `${[command, ...commandArguments].join(" ")}: ended with ${signal ?? `exit code ${code}`}\n`;
      output.push(line);
      reject(new CommandFailure(line));
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

function indented(text) {
  return text.trimEnd().replace(/^/gm, "  ");
}
