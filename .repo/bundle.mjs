import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "rolldown";

/**
 * Puts the code of the package in the working folder into one file, `dist/index.js`: a program that loads some 700 small modules
 * waits three times as long until it starts, and so does every worker thread. Other packages stay imports, names stay as they
 * are, and the source map points to `src/`, which is published too. Declarations are tsc's.
 */
const entry = (input, file) => ({
  input,
  // What does not begin with a dot is another package, or of Node.js.
  external: /^[^./]/,
  platform: "neutral",
  tsconfig: "tsconfig.json",
  treeshake: false,
  transform: { target: "es2023" },
  output: { file, format: "esm", sourcemap: true, sourcemapExcludeSources: true, minify: false },
  logLevel: "warn",
});
await build(entry("src/index.ts", "dist/index.js"));
// An entry for the workspace alone, in a folder that is not published: parts by themselves, for what measures them.
if (existsSync("src/parts.ts")) await build(entry("src/parts.ts", "dist-parts/index.js"));

// What tsc or an older build left beside it would be published.
for (const name of readdirSync("dist", { recursive: true })) {
  const isBundle = name === "index.js" || name === "index.js.map";
  if (/\.js(?:\.map)?$/.test(name) && !isBundle) rmSync(join("dist", name));
}
