import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { nodeHost } from "@millrace/host-node";
import { build } from "esbuild";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { conformancePrograms } from "../../src/index.js";
import { wordCount } from "./browser-page.js";

const lines = ["To be, or not to be,--that is the question:--", "Whether 'tis nobler in the mind to suffer"];

/** The browser starts as root, without a display, and calls nobody. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Returns the browser that `npm test` found or brought. */
async function browserPath(): Promise<string> {
  const finder: string = new URL("../../../../.repo/browser.mjs", import.meta.url).href;
  const { findBrowser } = (await import(finder)) as { findBrowser: () => string | undefined };
  const path = findBrowser();
  if (path !== undefined) return path;
  throw new Error(
    "There is no Chromium to run this test in. Run npm test, which brings one, or install Chromium or Chrome " +
      "(apt-get install chromium), or set MILLRACE_BROWSER to the path of one.",
  );
}

describe("in a browser", () => {
  let userData: string;
  let context: BrowserContext;

  beforeAll(async () => {
    userData = mkdtempSync(join(tmpdir(), "millrace-browser-"));
    const executablePath = await browserPath();
    context = await chromium.launchPersistentContext(userData, { executablePath, headless: true, args: FLAGS });
  });

  afterAll(async () => {
    await context?.close();
    rmSync(userData, { recursive: true, force: true, maxRetries: 5 });
  });

  async function bundle(): Promise<string> {
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL("browser-page.ts", import.meta.url))],
      bundle: true,
      write: false,
      format: "iife",
      globalName: "millrace",
      // A module of Node.js anywhere below would fail the build: nothing is external, and there are no stand-ins.
      platform: "browser",
      target: "es2022",
      logLevel: "silent",
    });
    return outputFiles[0]!.text;
  }

  /** Opens a page with the bundle in it; an error while it loads fails the test. */
  async function pageWithBundle(): Promise<Page> {
    const page = await context.newPage();
    const errors: Error[] = [];
    page.on("pageerror", (error) => errors.push(error));
    await page.addScriptTag({ content: await bundle() });
    expect(errors).toEqual([]);
    return page;
  }

  test("[C31] core, dataset and the collection engine run a program as they do in Node", async () => {
    const page = await pageWithBundle();
    const found = await page.evaluate(`millrace.wordCount(${JSON.stringify(lines)})`);
    expect(found).toEqual(await wordCount(lines, nodeHost()));
    expect(found).toContainEqual({ word: "to", count: 24 });
  });

  test("[C31] every program of the kit that needs no files passes in a page", async () => {
    const page = await pageWithBundle();
    const report = (await page.evaluate("millrace.kit()")) as {
      numPassed: number;
      numLeftOut: number;
      failures: string;
    };
    expect(report.failures).toBe("");
    const atTwo = conformancePrograms.filter(({ parallelism }) => parallelism?.includes(2) ?? true);
    const numNeedy = atTwo.filter(({ needs }) => needs.length > 0).length;
    expect(report).toMatchObject({ numPassed: atTwo.length - numNeedy, numLeftOut: numNeedy });
  });

  test("[C31] a module of Node.js would fail the bundle", async () => {
    const building = build({
      stdin: { contents: 'import "node:fs";', resolveDir: tmpdir() },
      bundle: true,
      write: false,
      platform: "browser",
      logLevel: "silent",
    });
    await expect(building).rejects.toThrow('Could not resolve "node:fs"');
  });
});
