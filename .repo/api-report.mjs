import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Extractor, ExtractorConfig, ExtractorLogLevel } from "@microsoft/api-extractor";
import { reportProblems } from "./check.mjs";
import { copyWithImpliedDocumentation } from "./implied-documentation.mjs";
import { root } from "./toolchain.mjs";
import { filesUnder, layers } from "./workspace.mjs";

/**
 * Writes or checks the API report of the package in the current folder, or with `--all` those of all packages:
 * `api/<name>.api.md`, everything that the package exports with its release tag, in a form that is reviewed as API.
 *
 * The report in git must equal the one made from `dist/`; with `--update` it is rewritten. Either way an export without
 * documentation, without a release tag, or that mentions a class or interface which is not exported itself, is an error:
 * a user whose own declarations mention it by inference cannot compile them. Hidden type aliases and constants do no
 * such harm, since the compiler writes out what they stand for.
 */

const { compilerOptions } = JSON.parse(readFileSync(join(root, ".repo", "tsconfig.base.json"), "utf8"));
const error = { logLevel: "error", addToApiReportFile: false };
const silent = { logLevel: "none" };

const messages = {
  compilerMessageReporting: { default: error },
  tsdocMessageReporting: { default: error },
  extractorMessageReporting: {
    default: error,
    "ae-undocumented": error,
    // The tag says it already.
    "ae-internal-missing-underscore": silent,
    // Links into other packages and to members are for readers, and resolve in editors only.
    "ae-unresolved-link": silent,
  },
};

/** Returns what is wrong with the API of a built package, as lines of text. */
export function apiProblems(folder, isUpdate) {
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  if (!existsSync(join(folder, "dist", "index.d.ts"))) {
    return [`${manifest.name}: there is no dist/index.d.ts; build first: npm run build`];
  }
  const fileName = `${manifest.name.replace(/^@.*\//, "")}.api.md`;
  const problems = extract(folder, fileName);
  const made = readFileSync(join(folder, "temp", fileName), "utf8");
  if (made.includes("(undocumented)")) problems.push("the API has undocumented items; say what they do");

  const path = join(folder, "api", fileName);
  if (isUpdate) {
    mkdirSync(join(folder, "api"), { recursive: true });
    writeFileSync(path, made);
  } else if (!existsSync(path)) {
    problems.push(`api/${fileName} is missing; run npm run api:update and commit it`);
  } else {
    const kept = readFileSync(path, "utf8");
    if (kept !== made) problems.push(`the API differs from api/${fileName}${firstDifference(kept, made)}`);
  }
  return problems.map((problem) => `${manifest.name}: ${problem}`);
}

/** Writes the report into temp/ and returns what api-extractor complained about. */
function extract(folder, fileName) {
  const problems = [];
  // As deep as dist/, so that the declaration maps still point to the sources.
  const declarations = join(folder, ".api");
  copyWithImpliedDocumentation(join(folder, "dist"), declarations);
  mkdirSync(join(folder, "temp"), { recursive: true });
  rmSync(join(folder, "temp", fileName), { force: true });
  const config = ExtractorConfig.prepare({
    packageJsonFullPath: join(folder, "package.json"),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: join(declarations, "index.d.ts"),
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
        reportFileName: fileName,
        reportFolder: join(folder, "temp"),
        reportTempFolder: join(folder, "temp"),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages,
    },
  });
  Extractor.invoke(config, {
    localBuild: true,
    messageCallback: (message) => {
      message.handled = true;
      if (message.logLevel !== ExtractorLogLevel.Error || isHarmless(message, declarations)) return;
      problems.push(message.sourceFilePath === undefined ? message.text : message.formatMessageWithLocation(folder));
    },
  });
  return problems;
}

/** Tells whether a message is about a hidden type alias or constant. */
function isHarmless({ messageId, text }, declarations) {
  if (messageId !== "ae-forgotten-export") return false;
  const name = /"(.+?)(_\d+)?"/.exec(text)?.[1];
  const isNominal = new RegExp(`\\b(class|interface) ${name}\\b`);
  return !filesUnder(declarations).some(
    (path) => path.endsWith(".d.ts") && isNominal.test(readFileSync(join(declarations, path), "utf8")),
  );
}

function firstDifference(kept, made) {
  const keptLines = kept.split("\n");
  const madeLines = made.split("\n");
  const index = madeLines.findIndex((line, at) => line !== keptLines[at]);
  const at = index < 0 ? madeLines.length : index;
  return `, first in line ${at + 1}:
  - ${keptLines[at] ?? "(end)"}
  + ${madeLines[at] ?? "(end)"}
  If that is meant, run npm run api:update, commit it and add a changeset.`;
}

if (import.meta.main) {
  const isUpdate = process.argv.includes("--update");
  const folders = process.argv.includes("--all") ? layers().map(({ path }) => join(root, path)) : [process.cwd()];
  reportProblems(
    folders.flatMap((folder) => apiProblems(folder, isUpdate)),
    folders.length,
  );
}
