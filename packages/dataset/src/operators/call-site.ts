import type { SourceLocation } from "@millrace/common-api";

/** Matches the position at the end of a stack frame: `file:///app/job.ts:12:8)` as V8 writes it, `run@http://…:12:8` elsewhere. */
const FRAME =
  /(?:\(|@|at (?:async )?|^\s*)((?:[a-z][a-z0-9+.-]*:\/\/|\/|[A-Za-z]:[\\/]|node:|evalmachine|REPL).*?):(\d+):(\d+)\)?\s*$/;

/** Is more than the frames that Millrace itself puts on the stack between a user's call and here. */
const STACK_FRAMES = 24;

/** The sources of this package, as a path; undefined in a bundle, which has everything in one file. */
const OWN_FOLDER = ownFolder();
/** Where the packages of this family lie side by side. */
const FAMILY_FOLDER = OWN_FOLDER?.replace(/[^/]+\/[^/]+\/$/, "");
const INSTALLED_FAMILY = /[\\/]node_modules[\\/](?:@millrace|millrace)[\\/]/;

let current: { readonly location: SourceLocation | undefined } | undefined;

/** Finds the line of the user's program that called into Millrace; undefined when the stack does not tell. @internal */
export function callSite(): SourceLocation | undefined {
  return current === undefined ? locate() : current.location;
}

/**
 * Runs `build` with every operator that it makes attributed to the line that called into Millrace just now. Operations that
 * are composed of others are wrapped in it, so that all of their parts name the user's line.
 * @public
 */
export function atCallSite<R>(build: () => R): R {
  if (current !== undefined) return build();
  current = { location: locate() };
  try {
    return build();
  } finally {
    current = undefined;
  }
}

function locate(): SourceLocation | undefined {
  // Not in every engine; V8 has it.
  const errors = Error as { stackTraceLimit?: number };
  const limit = errors.stackTraceLimit ?? STACK_FRAMES;
  errors.stackTraceLimit = STACK_FRAMES;
  const stack = new Error("call site").stack ?? "";
  errors.stackTraceLimit = limit;
  for (const line of stack.split("\n")) {
    const match = FRAME.exec(line);
    if (match === null) continue;
    const [, file = "", lineNumber = "", column = ""] = match;
    const path = pathOf(file);
    if (!isOwn(path)) return { file: path, line: Number(lineNumber), column: Number(column) };
  }
  return undefined;
}

function isOwn(path: string): boolean {
  if (path.startsWith("node:") || INSTALLED_FAMILY.test(path)) return true;
  if (OWN_FOLDER === undefined || FAMILY_FOLDER === undefined) return false;
  return path.startsWith(OWN_FOLDER) || (path.startsWith(FAMILY_FOLDER) && path.includes("/dist/"));
}

function ownFolder(): string | undefined {
  // A bundle that is no module has no URL; test/browser.test.ts of the collection environment runs one.
  const url: string | undefined = import.meta.url;
  if (url === undefined) return undefined;
  return /^.*\/(?:dist|src)\/(?=(?:operators\/)?[^/]+$)/.exec(pathOf(url))?.[0];
}

function pathOf(file: string): string {
  if (!file.startsWith("file://")) return file;
  try {
    return decodeURIComponent(new URL(file).pathname);
  } catch {
    return file;
  }
}

/** Returns the last part of a path, which is what names of operators show. @internal */
export function baseName(file: string): string {
  return file.slice(Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\")) + 1).replace(/\?.*$/, "");
}
