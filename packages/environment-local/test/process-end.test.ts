/** What a process leaves on disk that ends in the middle of a job that has spilled. Nothing, however it ends. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";

const dist = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);

/** A program whose job has spilled, and whose sink says so and then does something. */
const program = (inTheSink: string): string => `
  import { ExecutionEnvironment } from ${dist("../../dataset/dist/index.js")};
  import { nodeHost } from ${dist("../../host-node/dist/index.js")};
  import { localEngine } from ${dist("../dist/index.js")};
  const env = ExecutionEnvironment.onEngine(localEngine(nodeHost(), { memory: "1MiB" }), { progress: false });
  env.generateSequence(1, 200_000).map((n) => ({ n, text: "text " + n })).orderBy("n", "descending").output({
    write: async () => {
      console.log("in the middle");
      ${inTheSink}
    },
  });
  await env.execute();`;

let folders: string[] = [];

afterEach(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  folders = [];
});

function start(inTheSink: string): { readonly child: ChildProcess; readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), "process-end-"));
  folders.push(folder);
  const child = spawn(process.execPath, ["--input-type=module", "-e", program(inTheSink)], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ["ignore", "pipe", "ignore"],
  });
  return { child, folder };
}

const FOR_EVER = "await new Promise(() => setInterval(() => {}, 1000));";

test.each([["SIGINT"], ["SIGTERM"], ["SIGHUP"], ["SIGKILL"]] as const)(
  "[H16] a job that is ended by %s leaves no file, and its process dies of the signal",
  async (signal) => {
    const { child, folder } = start(FOR_EVER);
    await once(child.stdout!, "data");
    if (process.platform === "linux") expect(spillFilesOf(child), "it has spilled").toBeGreaterThan(0);
    child.kill(signal);
    expect(await once(child, "exit")).toEqual([null, signal]);
    expect(readdirSync(folder)).toEqual([]);
  },
);

test.each([
  ["calls process.exit", "process.exit(3);", 3],
  ["throws where nobody catches", `setImmediate(() => { throw new Error("oh"); }); ${FOR_EVER}`, 1],
  ["fails in the sink", "throw new Error('oh');", 1],
])("[H16] a program that %s in the middle of a job leaves no file", async (_, inTheSink, code) => {
  const { child, folder } = start(inTheSink);
  expect(await once(child, "exit")).toEqual([code, null]);
  expect(readdirSync(folder)).toEqual([]);
});

/** How many temporary files a process has open. They have no name any more, which the system shows. */
function spillFilesOf({ pid }: ChildProcess): number {
  const open = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return "";
    }
  });
  return open.filter((path) => /millrace-.*spill-\d+ \(deleted\)$/.test(path)).length;
}
