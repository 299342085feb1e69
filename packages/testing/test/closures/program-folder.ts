import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const testingPackage = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Is a user's folder: files, and packages of which Millrace's are real. */
export class ProgramFolder {
  readonly path: string;

  constructor(files: Readonly<Record<string, string>>) {
    this.path = mkdtempSync(join(tmpdir(), "millrace-closures-"));
    mkdirSync(join(this.path, "node_modules"), { recursive: true });
    symlinkSync(join(testingPackage, "node_modules", "@millrace"), join(this.path, "node_modules", "@millrace"));
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  write(name: string, text: string): void {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** The worker and the calls that every small program needs: `there(fn, ...args)` runs a function in a fresh worker thread. */
export const REMOTE = `
import { pathToFileURL } from "node:url";
import { captureFunctions, encodeCapturedGraph } from "@millrace/closures";
import { nodeHost } from "@millrace/host-node";

const WORKER = \`
  import { parentPort } from "node:worker_threads";
  import { inspect } from "node:util";
  import { decodeCapturedGraph, reviveFunctions } from "@millrace/closures";
  import { nodeHost } from "@millrace/host-node";
  parentPort.on("message", async ({ bytes, args }) => {
    try {
      const { functions } = await reviveFunctions(decodeCapturedGraph(bytes), nodeHost().scripts);
      const [revived] = functions;
      parentPort.postMessage({ value: inspect(await revived(...args), { depth: 9 }) });
    } catch (error) {
      const all = [error, ...(error.errors ?? []), error.cause].filter((each) => each instanceof Error);
      parentPort.postMessage({ error: all.map((each) => each.stack).join("\\\\n"), code: error.code });
    }
  });
\`;
const host = nodeHost();
export async function there(fn, ...args) {
  const options = args[0]?.captureOptions === undefined ? {} : args.shift().captureOptions;
  let bytes;
  try {
    bytes = encodeCapturedGraph(captureFunctions([{ value: fn, where: { operator: "Map" } }], host, options));
  } catch (error) {
    return { error: error.message, code: error.code };
  }
  const { writeFileSync } = await import("node:fs");
  const { join } = await import("node:path");
  const path = join(FOLDER, "worker-" + process.pid + ".mjs");
  writeFileSync(path, WORKER);
  const worker = host.workers.start(pathToFileURL(path), undefined);
  const answer = await new Promise((resolve, reject) => {
    worker.onMessage(resolve);
    worker.onExit(reject);
    worker.post({ bytes, args });
  });
  await worker.terminate();
  return answer;
}
`;

/** Gives the text of a module that exports `there`, for programs in `folder`. */
export function remoteModule(folder: string): string {
  return `const FOLDER = ${JSON.stringify(folder)};\n${REMOTE}`;
}
