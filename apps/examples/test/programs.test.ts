/**
 * The programs that fix the public API, in a folder as a user has it: copied, type-checked by the strictest settings, and run
 * with generated input. Every figure is computed here by other means, or was published by others.
 */
import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const run = promisify(execFile);
const repository = fileURLToPath(new URL("../../..", import.meta.url));
const programs = fileURLToPath(new URL("../programs", import.meta.url));

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-programs-"));
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  await symlink(fileURLToPath(new URL("../node_modules", import.meta.url)), join(folder, "node_modules"), "dir");
  for (const name of await readdir(programs)) {
    if (name.endsWith(".ts")) await copyFile(join(programs, name), join(folder, name));
  }
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Runs a program as `node program.ts …` and returns the lines that it prints. */
async function lines(program: string, ...args: string[]): Promise<string[]> {
  const { stdout, stderr } = await run(process.execPath, [program, ...args], { cwd: folder });
  expect(stderr).toBe("");
  return stdout.trimEnd().split("\n");
}

/** Returns the rows of a printed table: what follows the line of dashes, cut at the spaces between columns. */
function rowsOf(printed: readonly string[]): string[][] {
  const start = printed.findIndex((line) => /^[─-]+( +[─-]+)*$/.test(line.trim()));
  expect(start, printed.join("\n")).toBeGreaterThan(0);
  return printed.slice(start + 1).map((line) => line.trim().split(/\s{2,}/));
}

/** Makes the same pseudo-random integers from 0 to below `limit` in every run. */
function generator(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

async function write(name: string, rows: readonly string[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, rows.map((row) => `${row}\n`).join(""));
  return path;
}

describe("the programs that fix the public API", () => {
  test("[C32] they type-check strictly", async () => {
    const names = (await readdir(folder)).filter((name) => name.endsWith(".ts"));
    expect(names).toHaveLength(7);
    const strictest = ["--strict", "--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes", "--noImplicitReturns"];
    const settings = ["--noEmit", ...strictest, "--module", "nodenext", "--target", "es2023"];
    const nodeTypes = ["--types", "node", "--typeRoots", join(repository, "node_modules/@types")];
    const tsc = join(repository, "node_modules/typescript/bin/tsc");
    const checked = run(process.execPath, [tsc, ...settings, ...nodeTypes, ...names], { cwd: folder });
    await expect(checked.catch((error: { stdout: string }) => error)).resolves.toMatchObject({ stdout: "" });
  });

  test("[C32] flights.ts gives the published figures", async () => {
    const printed = await lines("flights.ts");
    const isRank = (line: string) => /^[A-Z0-9]{3} .* 0\.\d{5}$/.test(line);
    const states = rowsOf(printed.filter((line) => !isRank(line)));
    expect(states[0]).toEqual(["CA", "824597", "510"]);
    expect(states[1]).toEqual(["TX", "747650", "460"]);
    expect(states).toHaveLength(10);
    const ranks = printed.filter(isRank);
    expect(ranks).toHaveLength(10);
    expect(ranks[0]).toMatch(/^ATL .* 0\.05938$/);
  });

  test("[C32] wordcount.ts counts, prints the greatest counts and writes all of them", async () => {
    const draw = generator(1);
    // Word number n is drawn more often the smaller n is, so that counts differ.
    const words = Array.from({ length: 3000 }, () => `word${Math.floor(draw(40) * (draw(40) / 40))}`);
    const text = Array.from({ length: 300 }, (_, i) =>
      words.slice(i * 10, i * 10 + 10).join(i % 2 === 0 ? " " : ", -- "),
    );
    const input = await write(
      "text.txt",
      text.map((line, i) => (i % 3 === 0 ? line.toUpperCase() : line)),
    );
    const counts = new Map<string, number>();
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);

    const printed = rowsOf(await lines("wordcount.ts", input));
    const greatest = [...counts.values()].sort((a, b) => b - a).slice(0, 20);
    expect(printed.map(([, count]) => Number(count))).toEqual(greatest);
    for (const [word, count] of printed) expect(counts.get(word!)).toBe(Number(count));

    const output = join(folder, "counts.csv");
    expect(await lines("wordcount.ts", input, output)).toEqual([expect.stringMatching(/^\d+(\.\d+)? ms$/)]);
    const written = (await readFile(output, "utf8")).trimEnd().split("\n");
    expect(written.sort()).toEqual([...counts].map(([word, count]) => `${word},${count}`).sort());
  });

  test("[C32] wordcount.ts without an input says how it is used", async () => {
    const failed = await run(process.execPath, ["wordcount.ts"], { cwd: folder }).catch(
      (error: { stderr: string }) => error,
    );
    expect(failed.stderr).toContain("usage: wordcount.ts <input> [<output>]");
  });

  test("[C32] accumulators.ts counts lines and empty fields", async () => {
    expect(await lines("accumulators.ts")).toEqual(["4n Map(3) { 0 => 2, 1 => 1, 3 => 1 }"]);
  });

  test("[C32] weblog.ts joins, leaves out what was visited, and keeps both sides of an outer join", async () => {
    const printed = (await lines("weblog.ts")).join(" ").replaceAll(/\s+/g, " ");
    expect(printed).toBe(
      "[ { rank: 50, url: 'u1' } ] [ { url: 'u1', rank: 50, year: null }, " +
        "{ url: 'u2', rank: 10, year: 2006 }, { url: 'u3', rank: 70, year: 2007 } ]",
    );
  });

  test("[C32] connected-components.ts counts the components that union and find counts", async () => {
    const draw = generator(2);
    const edges = Array.from({ length: 400 }, () => [draw(500), draw(500)] as const);
    const parents = new Map<number, number>();
    const find = (vertex: number): number => {
      const parent = parents.get(vertex) ?? vertex;
      return parent === vertex ? vertex : find(parent);
    };
    for (const [a, b] of edges) {
      const [x, y] = [find(a), find(b)];
      parents.set(Math.max(x, y), Math.min(x, y));
    }
    const ends = new Set(edges.flat());
    const numComponents = new Set([...ends].map(find)).size;
    const file = await write("edges.txt", ["# from to", ...edges.map(([a, b]) => `${a} ${b}`)]);
    expect(await lines("connected-components.ts", file)).toEqual([String(numComponents)]);
    expect(numComponents).toBeGreaterThan(5);
  });

  test("[C32] kmeans.ts moves the centres as the plain algorithm does", async () => {
    const draw = generator(3);
    const points = Array.from({ length: 300 }, () => ({ x: draw(20_000) / 100 - 100, y: draw(20_000) / 100 - 100 }));
    let centers = Array.from({ length: 5 }, (_, id) => ({ id, x: draw(200) - 100, y: draw(200) - 100 }));
    const pointFile = await write(
      "points.txt",
      points.map(({ x, y }) => `${x} ${y}`),
    );
    const centerFile = await write(
      "centers.txt",
      centers.map(({ id, x, y }) => `${id} ${x} ${y}`),
    );
    for (let round = 0; round < 8; round++) {
      const nearest = points.map((point) => {
        const distances = centers.map((c) => (c.x - point.x) ** 2 + (c.y - point.y) ** 2);
        return centers[distances.indexOf(Math.min(...distances))]!.id;
      });
      centers = centers.flatMap(({ id }) => {
        const own = points.filter((_, i) => nearest[i] === id);
        const mean = (of: (point: { x: number; y: number }) => number) =>
          own.reduce((sum, point) => sum + of(point), 0) / own.length;
        return own.length === 0 ? [] : [{ id, x: mean((p) => p.x), y: mean((p) => p.y) }];
      });
    }
    expect(await lines("kmeans.ts", pointFile, centerFile, "8")).toEqual(
      centers.map(({ id, x, y }) => `${id} ${x.toFixed(2)} ${y.toFixed(2)}`),
    );
  });

  test("[C32] tpch-q3.ts prints, explains and writes the revenue of orders", async () => {
    const draw = generator(4);
    const date = () => `${1994 + draw(3)}-${String(1 + draw(12)).padStart(2, "0")}-15`;
    const customers = Array.from({ length: 30 }, (_, id) => ({ id, segment: draw(2) === 0 ? "BUILDING" : "OTHER" }));
    const orders = Array.from({ length: 100 }, (_, id) => ({
      id,
      customer: draw(30),
      date: date(),
      priority: draw(3),
    }));
    const items = Array.from({ length: 400 }, () => ({
      order: draw(100),
      price: 100 + draw(1_000_000) / 100,
      discount: draw(10) / 100,
      shipped: date(),
    }));
    const tables = join(folder, "tables");
    await mkdir(tables);
    await write(
      "tables/customer.tbl",
      customers.map(({ id, segment }) => `${id}|n|a|1|p|0.0|${segment}|c|`),
    );
    await write(
      "tables/orders.tbl",
      orders.map((o) => `${o.id}|${o.customer}|O|0.0|${o.date}|5-LOW|c|${o.priority}|c|`),
    );
    await write(
      "tables/lineitem.tbl",
      items.map((l) => `${l.order}|1|1|1|1|${l.price}|${l.discount}|0.0|N|O|${l.shipped}|d|d|i|m|c|`),
    );

    const revenue = new Map<string, number>();
    for (const item of items.filter(({ shipped }) => shipped > "1995-03-15")) {
      const order = orders[item.order]!;
      if (customers[order.customer]!.segment !== "BUILDING" || order.date >= "1995-03-15") continue;
      const key = `${order.id}|${order.date}|${order.priority}`;
      revenue.set(key, (revenue.get(key) ?? 0) + item.price * (1 - item.discount));
    }
    expect(revenue.size).toBeGreaterThan(10);

    const output = join(folder, "q3.csv");
    await lines("tpch-q3.ts", tables, output);
    const written = new Map(
      (await readFile(output, "utf8"))
        .trimEnd()
        .split("\n")
        .map((line) => [line.slice(0, line.lastIndexOf("|")), Number(line.slice(line.lastIndexOf("|") + 1))] as const),
    );
    expect([...written.keys()].sort()).toEqual([...revenue.keys()].sort());
    for (const [key, sum] of written) expect(sum).toBeCloseTo(revenue.get(key)!, 4);

    const printed = rowsOf(await lines("tpch-q3.ts", tables));
    const greatest = [...revenue].sort((a, b) => b[1] - a[1]).slice(0, 10);
    expect(printed.map((row) => row.slice(0, 3).join("|"))).toEqual(greatest.map(([key]) => key));

    const plan = (await lines("tpch-q3.ts", tables, "--explain")).join("\n");
    for (const part of ["sum(3)", "customer.tbl", "orders.tbl", "lineitem.tbl"]) expect(plan).toContain(part);
  });
});
