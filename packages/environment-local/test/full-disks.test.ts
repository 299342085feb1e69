/**
 * Disks that are really full: a file system of eight megabytes where the machine lets anybody mount one (Linux), and files that may not grow beyond a limit of their process.
 * Jobs that spill, and sinks, fail with a typed error, leave nothing, and the next job of the process runs in the room that is there again.
 */
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const dist = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);

const DISK_BYTES = 8 * 2 ** 20;
/** What `ulimit -f` counts in. */
const BLOCK_BYTES = 512;
const FILE_BYTES = 2 ** 20;
/** How many records, of 400 bytes each, are too much for these disks and for memory, and how many are too much for memory alone. */
const MANY = 40_000;
const FEW = 2000;

/** Sorts or writes many records, then few, and prints what became of both and what is left on disk. */
const program = (job: "sort" | "sink", numBytesOfOthers: number): string => `
  import { readdirSync, readlinkSync, writeFileSync } from "node:fs";
  import { tmpdir } from "node:os";
  import { join } from "node:path";
  import { ExecutionEnvironment } from ${dist("../../dataset/dist/index.js")};
  import { nodeHost } from ${dist("../../host-node/dist/index.js")};
  import { localEngine } from ${dist("../dist/index.js")};

  const engine = localEngine(nodeHost(), { memory: "1MiB" });
  const env = ExecutionEnvironment.onEngine(engine, { progress: false, parallelism: 1 });
  const noise = (n) => {
    let text = "";
    for (let i = 0; text.length < 400; i++) text += Math.imul(n * 64 + i, 0x9e3779b1).toString(36);
    return text;
  };
  const jobs = {
    sort: async (count) => {
      const data = env.generateSequence(1, count).map((n) => ({ n, text: noise(n) })).orderBy("n", "descending");
      let last;
      for (const { n, text } of await data.collect()) {
        if (text !== noise(n) || n >= last) return "wrong";
        last = n;
      }
      return last;
    },
    sink: async (count) => {
      env.generateSequence(1, count).map(noise).writeAsText(join(tmpdir(), "out-" + count));
      await env.execute();
      return 1;
    },
  };
  const outcome = async (count) => {
    try {
      return await jobs[${JSON.stringify(job)}](count);
    } catch (error) {
      return { code: error.code, text: String(error) };
    }
  };
  const open = () => (process.platform === "linux" ? readdirSync("/proc/self/fd") : []).flatMap((fd) => {
    try {
      return readlinkSync("/proc/self/fd/" + fd);
    } catch {
      return [];
    }
  });
  const left = () => [...readdirSync(tmpdir()), ...open().filter((path) => path.includes("millrace-"))];
  const result = { many: await outcome(${MANY}), left: left() };
  if (${numBytesOfOthers} > 0) writeFileSync(join(tmpdir(), "others"), new Uint8Array(${numBytesOfOthers}));
  result.few = await outcome(${FEW});
  await engine.close();
  console.log(JSON.stringify(result));`;

/** Is a way to have little room in a folder. */
interface Disk {
  readonly name: string;
  /** What the system says when there is no room. */
  readonly systemError: string;
  /** A command before the one that is to run, of arguments and the folder. */
  readonly around: (folder: string) => readonly string[];
}

const smallDisk: Disk = {
  name: "a disk of eight megabytes",
  systemError: "ENOSPC",
  around: (folder) => [
    ...["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"],
    ...[`mount -t tmpfs -o size=${DISK_BYTES} tmpfs "$0" && exec "$@"`, folder],
  ],
};

const shortFiles: Disk = {
  name: "files of a megabyte at most",
  systemError: "EFBIG",
  around: (folder) => ["sh", "-c", `ulimit -f ${FILE_BYTES / BLOCK_BYTES} && exec "$@"`, folder],
};

const hasSmallDisk = isAllowed(smallDisk.around(tmpdir()));
const disks = hasSmallDisk ? [smallDisk, shortFiles] : [shortFiles];

/** Tells whether a command may run another one. */
function isAllowed([command, ...args]: readonly string[]): boolean {
  return spawnSync(command!, [...args, "true"]).status === 0;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "full-disk-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Outcome {
  readonly many: unknown;
  readonly left: readonly string[];
  readonly few: unknown;
}

function run(job: "sort" | "sink", around: readonly string[], numBytesOfOthers = 0): Promise<Outcome> {
  const [command, ...args] = [...around, process.execPath, "--input-type=module", "-e", program(job, numBytesOfOthers)];
  return new Promise((resolve, reject) => {
    execFile(command!, args, { env: { ...process.env, TMPDIR: folder } }, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout) as Outcome);
      else reject(new Error(`${error.message}\n${stdout}\n${stderr}`));
    });
  });
}

describe.each(disks)("$name", ({ around, systemError }) => {
  test.each([
    ["sort", "SPILL_FAILED"],
    ["sink", "FILE_SYSTEM_FAILED"],
  ] as const)("[RT11] a %s that needs more fails with %s, leaves nothing, and the next job runs", async (job, code) => {
    const { many, left, few } = await run(job, around(folder));
    expect(many).toMatchObject({ code, text: expect.stringContaining(systemError) });
    expect(left).toEqual([]);
    expect(few).toBe(1);
  });
});

describe("control", () => {
  test.each(["sort", "sink"] as const)("with room enough the same %s gives results", async (job) => {
    expect(await run(job, [])).toMatchObject({ many: 1, few: 1 });
  });

  test.each(hasSmallDisk ? ["sort" as const, "sink" as const] : [])(
    "had the %s left what it wrote, the next job would fail",
    async (job) => {
      const { few } = await run(job, smallDisk.around(folder), DISK_BYTES - 64 * 1024);
      expect(few).toMatchObject({ text: expect.stringContaining(smallDisk.systemError) });
    },
  );
});
