/**
 * Positions in bundles, held against Node.js: what it makes of a source map in the program itself, with --enable-source-maps, is what a
 * worker shows, which has only those parts of the map that are about the functions it was sent.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isWhole, nodeVersions } from "./nodes.js";
import { ProgramFolder, remoteModule } from "./program-folder.js";
import { runProgram } from "./run-program.js";

const NUM_FUNCTIONS = 40;

/** Many small functions that throw from different depths and columns, some through a helper of another file. */
function throwing(): string {
  return Array.from({ length: NUM_FUNCTIONS }, (_, index) => {
    const [indent, count] = [" ".repeat(index % 7), index % 5];
    const inner =
      index % 3 === 0 ? `deep${index % 4}(${index})` : `[1].forEach(() => { throw new Error(label + ${index}); })`;
    return `${indent}(n) => {\n${"\n".repeat(count)}${indent}  const label = \`l\${n}\`; if (n >= 0) { ${inner}; }\n${indent}  return label;\n}`;
  }).join(", ");
}
const DEEP = Array.from(
  { length: 4 },
  (_, index) =>
    `${"\n".repeat(index)}export function deep${index}(n) { const more = n + 1;\n   if (more) throw new RangeError("deep " + n); }`,
).join("\n");
const PROGRAM = `import { there } from "./there.mjs";
import { deep0, deep1, deep2, deep3 } from "./deep.mjs";
const throwing = [${throwing()}];
const unused = () => { throw new Error("unused"); };
const frames = () => JSON.stringify(throwing.map((each, index) => {
  try { each(index); } catch (error) { return error.stack.split("\\n").slice(1, 3); }
}));
export { unused };
there(frames).then(({ value, error }) => console.log(JSON.stringify({ here: frames(), there: value ?? error })));
`;

let folder: ProgramFolder;

beforeAll(() => {
  folder = new ProgramFolder({ "src/program.mjs": PROGRAM, "src/deep.mjs": DEEP });
  folder.write("src/there.mjs", remoteModule(folder.path));
});
afterAll(() => folder.remove());

async function bundle(options: { readonly minify: boolean; readonly format: "esm" | "cjs" }): Promise<string> {
  const outfile = join(folder.path, `out/${options.minify}.${options.format === "esm" ? "mjs" : "cjs"}`);
  const entryPoints = [join(folder.path, "src/program.mjs")];
  const external = ["@millrace/*"];
  await build({
    entryPoints,
    outfile,
    external,
    bundle: true,
    platform: "node",
    sourcemap: true,
    logLevel: "error",
    ...options,
  });
  return outfile;
}

async function frames(node: string, file: string): Promise<{ here: string[][]; there: string[][] }> {
  const { here, there } = JSON.parse(await runProgram(node, ["--enable-source-maps", file], folder.path));
  return { here: positions(here), there: positions(there.replace(/^'|'$/g, "")) };
}

/** Without the names of functions, which Node.js guesses from the map. */
function positions(text: string): string[][] {
  const all = JSON.parse(text) as string[][];
  return all.map((lines) => lines.map((line) => line.replace(/^ +at (?:.* \()?|\)$/g, "")));
}

const all = nodeVersions().flatMap(({ path, version }) =>
  [false, true].flatMap((minify) => (["esm", "cjs"] as const).map((format) => ({ path, version, minify, format }))),
);
/** Each way in the Node.js that runs this, and one way in each other version. */
const combinations = isWhole ? all : all.filter(({ path }, index) => path === process.execPath || index % 5 === 0);

describe("source maps", () => {
  test.each(combinations)(
    "[C93] $format, minified: $minify, under Node.js $version: as Node.js has it in the program",
    async ({ path, minify, format }) => {
      const { here, there } = await frames(path, await bundle({ minify, format }));
      expect(here).toHaveLength(NUM_FUNCTIONS);
      expect(here.every(([frame = ""]) => /src\/(?:program|deep)\.mjs:\d+:\d+/.test(frame))).toBe(true);
      expect(there).toEqual(here);
    },
  );

  test("[C93] a map of sections, which bundlers write that join files", async () => {
    const file = await bundle({ minify: true, format: "esm" });
    const { here } = await frames(process.execPath, file);
    const map = JSON.parse(readFileSync(`${file}.map`, "utf8"));
    writeFileSync(`${file}.map`, JSON.stringify({ version: 3, sections: [{ offset: { line: 0, column: 0 }, map }] }));
    expect((await frames(process.execPath, file)).there).toEqual(here);
  });

  test.each([
    ["is not there", undefined],
    ["is broken", "{"],
    ["has digits that there are not", '{"version":3,"sources":["a.ts"],"mappings":"A A"}'],
    ["says nothing", '{"version":3,"sources":["a.ts"],"mappings":""}'],
  ])("[C93] a map that %s: the positions of the script itself", async (_name, text) => {
    const file = await bundle({ minify: false, format: "esm" });
    writeFileSync(`${file}.map`, text ?? "");
    if (text === undefined)
      writeFileSync(file, readFileSync(file, "utf8").replace(/sourceMappingURL=.*/, "sourceMappingURL=none.map"));
    const { there } = JSON.parse(await runProgram(process.execPath, [file], folder.path));
    expect(there).toMatch(/out\/false\.mjs:\d+:\d+/);
  });
});
