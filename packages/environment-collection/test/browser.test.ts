/** The engine runs where there is no Node.js: bundled with the fluent API, in a world that has only what browsers have. */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { expect, test } from "vitest";

const PROGRAM = `
  import { collectionEngineFactory } from "@millrace/environment-collection";
  import { ExecutionEnvironment } from "@millrace/dataset";
  import { bareHost, registerEngine } from "@millrace/core";

  export async function main() {
    registerEngine(collectionEngineFactory(bareHost({ name: "browser" })));
    const env = ExecutionEnvironment.getExecutionEnvironment({ parallelism: 3 });
    const counts = env
      .fromElements("to be", "or not to be")
      .flatMap((line) => line.split(" "))
      .map((word) => ({ word, count: 1 }))
      .groupBy("word")
      .sum("count");
    const loop = counts.iterate(3);
    const grown = loop.closeWith(loop.map((each) => ({ word: each.word, count: each.count * 2 })));
    return JSON.stringify(await grown.orderBy("word").collect());
  }
`;

async function bundle() {
  const { outputFiles, metafile } = await build({
    stdin: { contents: PROGRAM, resolveDir: dirname(fileURLToPath(import.meta.url)), loader: "ts" },
    bundle: true,
    platform: "browser",
    format: "iife",
    globalName: "program",
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  return { code: outputFiles[0]?.text ?? "", metafile };
}

test("the engine and the fluent API need no module of Node.js", async () => {
  const { code, metafile } = await bundle();
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
  expect(imports.filter((each) => each.external === true || each.path.startsWith("node:"))).toEqual([]);
  expect(code).not.toMatch(/\brequire\(|\bprocess\.|\bBuffer\.|__dirname/);
});

test("a program runs in a world that has only what browsers have", async () => {
  const { code } = await bundle();
  const world = createContext({ AbortController, AbortSignal, structuredClone, TextDecoder, TextEncoder, URL });
  runInContext(code, world);
  const result = await (runInContext("program.main()", world) as Promise<string>);
  expect(JSON.parse(result)).toEqual([
    { word: "be", count: 16 },
    { word: "not", count: 8 },
    { word: "or", count: 8 },
    { word: "to", count: 16 },
  ]);
});
