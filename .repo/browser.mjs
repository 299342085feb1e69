import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";
import { npmCommand, root } from "./toolchain.mjs";

/**
 * Finds a Chromium for the tests that run a program in a browser, or brings one: the package `@sparticuz/chromium` ships
 * a headless Chromium for Linux on x64, with the few libraries that a bare system lacks, and needs no install script.
 * Tests get its path in the environment variable MILLRACE_BROWSER; who sets it beforehand chooses the browser.
 */

const version = "153.0.0";
const folder = join(root, ".toolchain", "browser", version);
const broughtBrowser = join(folder, "chromium");

/** Returns the path of a browser, or undefined when there is none yet. */
export function findBrowser() {
  if (process.env.MILLRACE_BROWSER) return process.env.MILLRACE_BROWSER;
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
  const places = (process.env.PATH ?? "").split(delimiter).flatMap((path) => names.map((name) => join(path, name)));
  places.push("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
  places.push("/Applications/Chromium.app/Contents/MacOS/Chromium", broughtBrowser);
  return places.find((path) => existsSync(path));
}

/** Brings a browser when none is found. `run` starts a command and fails when the command does. */
export async function installBrowser(run) {
  if (findBrowser() !== undefined) return;
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error("There is no Chromium. Install it or Chrome, or set MILLRACE_BROWSER to the path of one.");
  }
  mkdirSync(folder, { recursive: true });
  const dependencies = { "@sparticuz/chromium": version };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies }));
  const [npm, ...npmArguments] = npmCommand();
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"];
  await run(npm, [...npmArguments, "install", ...options], { cwd: folder });

  const packed = join(folder, "node_modules", "@sparticuz", "chromium", "bin");
  await unpack(join(packed, "al2023.tar.br"), join(folder, "libraries.tar"), 0o644);
  await run("tar", ["-xf", "libraries.tar"], { cwd: folder });
  await unpack(join(packed, "chromium.br"), join(folder, "chromium-binary"), 0o755);
  // Written last: its presence says that the rest is there.
  const start = `#!/bin/sh\nLD_LIBRARY_PATH="${folder}/lib" exec "${folder}/chromium-binary" "$@"\n`;
  writeFileSync(broughtBrowser, start, { mode: 0o755 });
}

async function unpack(from, to, mode) {
  writeFileSync(to, await promisify(brotliDecompress)(readFileSync(from)), { mode });
}
