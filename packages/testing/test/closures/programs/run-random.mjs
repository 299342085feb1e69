// Runs random programs here and revived from bytes, before and after a step that changes what they capture, and compares.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { captureFunctions, decodeCapturedGraph, encodeCapturedGraph, reviveFunctions } from "@millrace/closures";
import { nodeHost } from "@millrace/host-node";
import { outcomeOf } from "./outcome.mjs";
import { drawProgram, smaller, textsOf } from "./random-programs.mjs";

const [first, count] = process.argv.slice(2).map(Number);
const host = nodeHost();
const folder = mkdtempSync(join(tmpdir(), "millrace-random-"));
let numFiles = 0;
let numCompared = 0;

try {
  const failures = [];
  for (let seed = first; seed < first + count && failures.length === 0; seed++) {
    const program = drawProgram(seed);
    const problem = await problemOf(program);
    if (problem !== undefined) failures.push(await shrink(program, problem));
  }
  process.stdout.write(JSON.stringify({ first, numCompared, failures }), () => process.exit(0));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function shrink(program, problem) {
  let smallest = { program, problem };
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false;
    for (const candidate of smaller(smallest.program)) {
      const found = await problemOf(candidate);
      if (found === undefined) continue;
      smallest = { program: candidate, problem: found };
      isSmaller = true;
      break;
    }
  }
  return { seed: program.seed, problem: smallest.problem, ...textsOf(smallest.program, "./helper.mjs") };
}

/** Gives what differs; undefined for a program that agrees, or that is no program because a line is missing. */
async function problemOf(program) {
  globalThis.setters = [];
  const id = numFiles++;
  const { main, helper } = textsOf(program, `./helper-${id}.mjs`);
  writeFileSync(join(folder, `helper-${id}.mjs`), helper);
  writeFileSync(join(folder, `main-${id}.mjs`), main);
  let made;
  try {
    made = (await import(pathToFileURL(join(folder, `main-${id}.mjs`)).href)).make();
  } catch {
    return undefined;
  }
  for (const step of ["before", "after"]) {
    if (step === "after") for (const set of globalThis.setters) set();
    let functions;
    try {
      const bytes = encodeCapturedGraph(captureFunctions([{ value: made, where: {} }], host));
      ({ functions } = await reviveFunctions(decodeCapturedGraph(bytes), host.scripts));
    } catch (error) {
      return `${step}: ${error.stack}`;
    }
    for (const x of [0, 3]) {
      const here = JSON.stringify(await outcomeOf(() => made(x)));
      const there = JSON.stringify(await outcomeOf(() => functions[0](x)));
      numCompared++;
      if (here !== there) return `${step}, x = ${x}: here ${here}, revived ${there}`;
    }
  }
  return undefined;
}
