/** Evaluates text under a name and loads modules as a given file would. */
import { realpathSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Script } from "node:vm";
import { isMainThread } from "node:worker_threads";
import type { HostScripts } from "@millrace/core";
import { mappedNameOf, readSourceMap } from "./node-source-maps.js";
import { resolvePackage } from "./package-resolution.js";

/** Evaluates and loads in this thread. @internal */
export const nodeScripts: HostScripts = {
  evaluate(source, { url, line, column, map }) {
    const script = new Script(source, {
      filename: map === undefined || isMainThread ? url : mappedNameOf(url, map),
      lineOffset: line - 1,
      columnOffset: column - 1,
    });
    return script.runInThisContext();
  },
  readSourceMap,
  importModule: (specifier, fromUrl, attributes = {}) => importFrom(specifier, fromUrl, attributes),
  requireFrom: (fromUrl) => requireOf(fromUrl),
  loadedModule(specifier, fromUrl) {
    if (isBuiltin(specifier)) return requireHostModule(specifier);
    try {
      const require = requireOf(fromUrl);
      const path = specifier.startsWith("file:") ? fileURLToPath(specifier) : require.resolve(specifier);
      return path === undefined ? undefined : require.cache[path]?.exports;
    } catch {
      return undefined;
    }
  },
  resolve(specifier, fromUrl) {
    try {
      return isBuiltin(specifier) ? undefined : resolve(specifier, fromUrl);
    } catch {
      return undefined;
    }
  },
  adoptProcess({ argv, env, execArgv }) {
    // The environment of a main thread is that of the process, and of the processes that it starts.
    if (isMainThread) return;
    process.argv = [...argv];
    process.execArgv = [...execArgv];
    for (const name of Object.keys(process.env)) if (env[name] === undefined) delete process.env[name];
    for (const [name, value] of Object.entries(env)) if (process.env[name] !== value) process.env[name] = value;
  },
  isHostModule: (specifier) => isBuiltin(specifier),
  realUrl(url) {
    try {
      return url.startsWith("file:") ? pathToFileURL(realpathSync(fileURLToPath(url))).href : realpathSync(url);
    } catch {
      return url;
    }
  },
};

/** Made once, since a capture asks for each host module that a script imports. */
const requireHostModule = requireOf(import.meta.url);

const RELATIVE = /^(?:\.{0,2}\/|[A-Za-z][A-Za-z\d+.-]*:)/;

function requireOf(fromUrl: string): NodeJS.Require {
  try {
    return createRequire(fromUrl);
  } catch {
    // Code from `-e` and the REPL has no file; modules resolve from the working directory there.
    return createRequire(`${process.cwd()}/`);
  }
}

async function importFrom(specifier: string, fromUrl: string, attributes: object): Promise<object> {
  const options = Object.keys(attributes).length === 0 ? undefined : { with: attributes as ImportAttributes };
  return (await import(resolve(specifier, fromUrl), options)) as object;
}

function resolve(specifier: string, fromUrl: string): string {
  if (isBuiltin(specifier)) return specifier;
  const base = baseUrlOf(fromUrl);
  if (RELATIVE.test(specifier)) return new URL(specifier, base).href;
  return resolvePackage(specifier, base) ?? pathToFileURL(createRequire(base).resolve(specifier)).href;
}

function baseUrlOf(fromUrl: string): string {
  if (fromUrl.startsWith("file:")) return fromUrl;
  return fromUrl.startsWith("/") || /^[A-Za-z]:[\\/]/.test(fromUrl)
    ? pathToFileURL(fromUrl).href
    : pathToFileURL(`${process.cwd()}/`).href;
}
