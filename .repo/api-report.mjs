import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Extractor, ExtractorConfig, ExtractorLogLevel } from "@microsoft/api-extractor";
import { copyWithImpliedDocumentation } from "./implied-documentation.mjs";
import { root } from "./toolchain.mjs";
import { layers } from "./workspace.mjs";

/**
 * Writes or checks the API report of the package in the current folder: `api/<name>.api.md`, everything that the package
 * exports with its documentation's release tag, in a form that is reviewed as API.
 *
 * Without arguments the report in git must equal the one made from `dist/`; with `--update` it is rewritten. Either way an
 * export without documentation, without a release tag, or that mentions a type which is not exported itself, is an error.
 * `--all` does so for every package, one process each.
 */

if (process.argv.includes("--all")) {
  const [node, script, ...rest] = process.argv;
  for (const { path } of layers()) {
    const forOne = [script, ...rest.filter((argument) => argument !== "--all")];
    const { status } = spawnSync(node, forOne, { cwd: join(root, path), stdio: "inherit" });
    if (status !== 0) process.exitCode = 1;
  }
  process.exit();
}

const packageFolder = process.cwd();
const isUpdate = process.argv.includes("--update");
const manifest = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8"));
const reportName = `${manifest.name.replace(/^@.*\//, "")}.api.md`;
const reportPath = join(packageFolder, "api", reportName);
const madePath = join(packageFolder, "temp", reportName);

// As deep as dist/, so that the declaration maps still point to the sources.
const declarations = join(packageFolder, ".api");

const { compilerOptions } = JSON.parse(readFileSync(join(root, ".repo", "tsconfig.base.json"), "utf8"));

const problems = [];
extract();
compare();
for (const problem of problems) console.log(`${manifest.name}: ${problem}`);
if (problems.length > 0) process.exitCode = 1;

function extract() {
  if (!existsSync(join(packageFolder, "dist", "index.d.ts"))) {
    problems.push("there is no dist/index.d.ts; build first: npm run build");
    return;
  }
  copyWithImpliedDocumentation(join(packageFolder, "dist"), declarations);
  const entry = join(declarations, "index.d.ts");
  mkdirSync(join(packageFolder, "temp"), { recursive: true });
  rmSync(madePath, { force: true });
  const error = { logLevel: "error", addToApiReportFile: false };
  const config = ExtractorConfig.prepare({
    packageJsonFullPath: join(packageFolder, "package.json"),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: packageFolder,
      mainEntryPointFilePath: entry,
      newlineKind: "lf",
      compiler: {
        // The compiler checks the declarations elsewhere, the libraries' too; to skip it here halves the time.
        overrideTsconfig: {
          compilerOptions: { ...compilerOptions, types: ["node"], skipLibCheck: true },
          files: [".api/index.d.ts"],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: reportName,
        reportFolder: join(packageFolder, "temp"),
        reportTempFolder: join(packageFolder, "temp"),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: error },
        extractorMessageReporting: {
          default: error,
          "ae-undocumented": error,
          // The tag says it already.
          "ae-internal-missing-underscore": { logLevel: "none" },
          // Links into other packages and to members are for readers, and resolve in editors only.
          "ae-unresolved-link": { logLevel: "none" },
        },
        tsdocMessageReporting: { default: error },
      },
    },
  });
  Extractor.invoke(config, {
    localBuild: true,
    messageCallback: (message) => {
      message.handled = true;
      if (message.logLevel !== ExtractorLogLevel.Error) return;
      const place =
        message.sourceFilePath === undefined ? "" : ` (${message.formatMessageWithLocation(packageFolder)})`;
      problems.push(place === "" ? message.text : place.slice(2, -1));
    },
  });
}

function compare() {
  if (!existsSync(madePath)) return;
  const made = readFileSync(madePath, "utf8");
  if (made.includes("(undocumented)")) problems.push("the API has undocumented items; say what they do");
  if (isUpdate) {
    mkdirSync(join(packageFolder, "api"), { recursive: true });
    writeFileSync(reportPath, made);
    return;
  }
  const kept = existsSync(reportPath) ? readFileSync(reportPath, "utf8") : undefined;
  if (kept === made) return;
  problems.push(
    kept === undefined
      ? `api/${reportName} is missing; run npm run api:update and commit it`
      : `the API differs from api/${reportName}${firstDifference(kept, made)}\n  If that is meant, run npm run api:update, commit it and add a changeset.`,
  );
}

function firstDifference(kept, made) {
  const keptLines = kept.split("\n");
  const madeLines = made.split("\n");
  const index = madeLines.findIndex((line, at) => line !== keptLines[at]);
  const at = index < 0 ? madeLines.length : index;
  return `, first in line ${at + 1}:\n  - ${keptLines[at] ?? "(end)"}\n  + ${madeLines[at] ?? "(end)"}`;
}
