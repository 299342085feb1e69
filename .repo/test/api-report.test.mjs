import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { apiProblems } from "../api-report.mjs";
import { root } from "../toolchain.mjs";
import { fixture } from "./fixture.mjs";

const sound = `
/** Counts things. @public */
export interface Counter {
  readonly kind: "counter";
  /** Counts one. */
  add(): void;
}
/** Counts things in memory. @public */
export declare class MemoryCounter implements Counter {
  readonly kind: "counter";
  add(): void;
}
export {};
`;

/** Writes a package that looks built. It lies in the repository, so that it finds the type packages. */
function builtPackage(context, declarations) {
  const manifest = { name: "@millrace/fixture", version: "0.0.0", type: "module" };
  return fixture(context, { "package.json": manifest, "dist/index.d.ts": declarations }, join(root, "temp"));
}

test("a report is missing, is written, agrees, and differs after a change", (context) => {
  const folder = builtPackage(context, sound);
  assert.match(apiProblems(folder, false).join(), /api\/fixture\.api\.md is missing/);

  assert.deepEqual(apiProblems(folder, true), []);
  assert.match(readFileSync(join(folder, "api", "fixture.api.md"), "utf8"), /interface Counter/);
  assert.deepEqual(apiProblems(folder, false), []);

  writeFileSync(join(folder, "dist", "index.d.ts"), sound.replaceAll("add(): void", "add(count: number): void"));
  const changed = apiProblems(folder, false).join();
  assert.match(changed, /differs from api\/fixture\.api\.md, first in line \d+:\n {2}-\s+add\(\): void;/);

  rmSync(join(folder, "dist"), { recursive: true });
  assert.match(apiProblems(folder, false).join(), /build first/);
});

test("an export without documentation, without a tag, or that mentions a hidden type is refused", (context) => {
  const folder = builtPackage(
    context,
    `${sound}
/** @public */
export declare const undocumented: number;
/** Has no tag. */
export declare const untagged: number;
interface Hidden { a: number }
/** Mentions a type that is not exported. @public */
export declare const mention: Hidden;
type Alias<T> = T | undefined;
/** Mentions an alias that is not exported. @public */
export declare const harmless: Alias<number>;
/** Has a member that says nothing. @public */
export interface Partly { silent: number }
`,
  );
  const said = apiProblems(folder, true).join("\n");
  assert.match(said, /Missing documentation for "undocumented"/);
  assert.match(said, /"untagged" is part of the package's API, but it is missing a release tag/);
  assert.match(said, /The symbol "Hidden" needs to be exported/);
  assert.match(said, /Missing documentation for "silent"/);
  assert.doesNotMatch(said, /"(add|kind|Alias)"/);
});
