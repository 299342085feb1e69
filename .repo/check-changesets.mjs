import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { reportProblems } from "./check.mjs";
import { root as repository } from "./toolchain.mjs";
import { layers } from "./workspace.mjs";

/**
 * Holds the changesets against the house rules of `.changeset/README.md`, as far as a program can tell: each names packages
 * that exist with a kind of release, and says something; one that breaks says how to migrate.
 */

/** Returns every problem of the changesets under `root` as one line of text. */
export function changesetProblems(root) {
  const names = layers(root).map((entry) => entry.name);
  return changesets(root).flatMap((path) => {
    const parts = /^---\n(.*?)---\n(.*)$/s.exec(readFileSync(join(root, ".changeset", path), "utf8"));
    if (parts === null) return [`.changeset/${path}: does not begin with the packages between two lines of ---`];
    const [, head, body] = parts;
    const problems = [];
    const lines = head.trim().split("\n");
    for (const line of lines) {
      const [, name, release] = /^["']?(.+?)["']?: (\w+)$/.exec(line) ?? [];
      if (!names.includes(name)) problems.push(`no package is called ${name ?? line}`);
      else if (!/^(major|minor|patch)$/.test(release)) problems.push(`${name}: "${release}" is no kind of release`);
    }
    if (body.trim() === "") problems.push("says nothing");
    else if (lines.some((line) => line.endsWith(": major")) && !/migrat/i.test(body)) {
      problems.push("a major release says how to migrate");
    }
    return problems.map((problem) => `.changeset/${path}: ${problem}`);
  });
}

function changesets(root) {
  return readdirSync(join(root, ".changeset")).filter((name) => name.endsWith(".md") && name !== "README.md");
}

// Right after a release there is none; the folder itself was looked at.
if (import.meta.main) reportProblems(changesetProblems(repository), changesets(repository).length + 1);
