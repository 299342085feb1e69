import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "rolldown";

/**
 * Puts the code of the package in the working folder into one file, `dist/index.js`: a program that loads some 700 small modules
 * waits three times as long until it starts, and so does every worker thread. Other packages stay imports, names stay as they
 * are, and the source map points to `src/`, which is published too. Declarations are tsc's.
 */
await build({
  input: "src/index.ts",
  // What does not begin with a dot is another package, or of Node.js.
  external: /^[^./]/,
  platform: "neutral",
  tsconfig: "tsconfig.json",
  treeshake: false,
  transform: { target: "es2023" },
  output: { file: "dist/index.js", format: "esm", sourcemap: true, sourcemapExcludeSources: true, minify: false },
  logLevel: "warn",
});

// What tsc or an older build left beside it would be published.
for (const name of readdirSync("dist", { recursive: true })) {
  const isBundle = name === "index.js" || name === "index.js.map";
  if (/\.js(?:\.map)?$/.test(name) && !isBundle) rmSync(join("dist", name));
}
