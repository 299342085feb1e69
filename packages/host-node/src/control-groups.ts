/**
 * What the control groups of Linux leave to this process, of version 1 and 2. A group's limit holds for all groups inside of it together, so every
 * group from the process's own up to the root is looked at; the least counts. Containers see their own group as the root, by a namespace or because
 * only it is mounted; then folders of the groups outside are not there, and the system counts them.
 *
 *     <root>/proc/self/cgroup                                  "0::/a/b" (version 2), "9:memory:/a/b" (version 1)
 *     <root>/sys/fs/cgroup/a/b/memory.max, .high               a number of bytes, or "max"
 *     <root>/sys/fs/cgroup/a/b/memory.current                  what is used, file caches included
 *     <root>/sys/fs/cgroup/a/b/memory.stat                     "inactive_file <bytes>": caches that are given up when memory is needed
 *     <root>/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes, .usage_in_bytes, .stat (total_inactive_file)          (version 1)
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Is the memory that control groups leave to a process, in bytes. */
export interface ControlGroupMemory {
  /** The most that it may have. */
  readonly limitBytes: number;
  /** What it may still take; never negative. */
  readonly availableBytes: number;
}

interface Hierarchy {
  /** The folder of the root group. */
  readonly folder: string;
  /** The process's own group, from there. */
  readonly path: string;
  readonly limitFiles: readonly string[];
  readonly usageFile: string;
  readonly cacheField: string;
}

/** Numbers from here on mean that there is no limit: version 1 writes the largest multiple of a page. */
const NO_LIMIT_BYTES = 2 ** 60;

/** Returns the least of all limits, and the least of what they leave; undefined without any limit. `root` is the folder that all paths begin with. */
export function controlGroupMemory(root = "/"): ControlGroupMemory | undefined {
  const hierarchy = hierarchyOf(root);
  if (hierarchy === undefined) return undefined;
  let found: ControlGroupMemory | undefined;
  for (const folder of groupsOf(hierarchy)) {
    const limitBytes = Math.min(...hierarchy.limitFiles.map((file) => numberIn(folder, file) ?? NO_LIMIT_BYTES));
    if (limitBytes >= NO_LIMIT_BYTES) continue;
    const usedBytes = (numberIn(folder, hierarchy.usageFile) ?? 0) - cacheBytes(folder, hierarchy.cacheField);
    const availableBytes = Math.max(0, limitBytes - Math.max(0, usedBytes));
    found = {
      limitBytes: Math.min(limitBytes, found?.limitBytes ?? limitBytes),
      availableBytes: Math.min(availableBytes, found?.availableBytes ?? availableBytes),
    };
  }
  return found;
}

/** Returns where memory is accounted for: in the hierarchy of version 1 that has it, else in that of version 2. */
function hierarchyOf(root: string): Hierarchy | undefined {
  const lines = (textIn(root, "proc/self/cgroup") ?? "").split("\n").flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    return controllers === undefined ? [] : [{ controllers: controllers.split(","), path: path! }];
  });
  const first = lines.find(({ controllers }) => controllers.includes("memory"));
  if (first !== undefined) {
    return {
      folder: join(root, "sys/fs/cgroup/memory"),
      path: first.path,
      limitFiles: ["memory.limit_in_bytes"],
      usageFile: "memory.usage_in_bytes",
      cacheField: "total_inactive_file",
    };
  }
  const second = lines.find(({ controllers }) => controllers.length === 1 && controllers[0] === "");
  if (second === undefined) return undefined;
  return {
    folder: join(root, "sys/fs/cgroup"),
    path: second.path,
    limitFiles: ["memory.max", "memory.high"],
    usageFile: "memory.current",
    cacheField: "inactive_file",
  };
}

/** Returns the folders of the process's own group and of all around it. */
function groupsOf({ folder, path }: Hierarchy): string[] {
  // A group that lies outside of the namespace begins with "..", and is not mounted here.
  const names = path.split("/").filter((name) => name !== "" && name !== "..");
  return [folder, ...names.map((_, i) => join(folder, ...names.slice(0, i + 1)))];
}

function cacheBytes(folder: string, field: string): number {
  const line = textIn(folder, "memory.stat")
    ?.split("\n")
    .find((each) => each.startsWith(`${field} `));
  return line === undefined ? 0 : Number(line.slice(field.length + 1)) || 0;
}

/** Returns the number in a file; undefined when there is no such file, or another text such as "max". */
function numberIn(folder: string, file: string): number | undefined {
  const text = textIn(folder, file)?.trim();
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

function textIn(folder: string, file: string): string | undefined {
  try {
    return readFileSync(join(folder, file), "utf8");
  } catch {
    return undefined;
  }
}
