/**
 * Reads the examples out of a Markdown page. A fenced block is one by the words after its opening fence:
 *
 * | opening              | meaning                                                                              |
 * |----------------------|--------------------------------------------------------------------------------------|
 * | ` ```ts run `        | type-checked and run                                                                 |
 * | ` ```ts check `      | type-checked                                                                         |
 * | ` ```js run `        | run                                                                                  |
 * | ` ```text output `   | what the example before it prints                                                    |
 * | ` ```… file=NAME `   | with any of these the file's name; on another block, a file that the examples read   |
 *
 * Returns `{ files, examples }`. A file is `{ name, text }`; an example is a file with `line`, the 1-based line of its
 * first line of code, `isRun`, `isTyped` and perhaps `output`. Every other block is left alone.
 */
export function examplesIn(page) {
  const files = [];
  const examples = [];
  for (const { language, words, text, line } of fencedBlocks(page)) {
    const name = words.find((word) => word.startsWith("file="))?.slice("file=".length);
    const isRun = words.includes("run");
    if (language === "text" && words.includes("output")) {
      const example = examples.at(-1);
      if (!example?.isRun) throw new Error(`line ${line}: an output without an example that is run before it`);
      example.output = text;
    } else if (isRun || words.includes("check")) {
      if (language !== "ts" && language !== "js")
        throw new Error(`line ${line}: ${language} can be neither run nor checked`);
      const isTyped = language === "ts";
      const ownName = name ?? `example-${examples.length + 1}.${isTyped ? "mts" : "mjs"}`;
      if (examples.some((example) => example.name === ownName)) {
        throw new Error(`line ${line}: there is a ${ownName} already on this page`);
      }
      examples.push({ name: ownName, text, line, isRun, isTyped });
    } else if (name !== undefined) {
      files.push({ name, text });
    }
  }
  return { files, examples };
}

function fencedBlocks(page) {
  const blocks = [];
  let open;
  for (const [index, line] of page.split("\n").entries()) {
    const fence = /^(\s*)(```+)\s*(.*)$/.exec(line);
    if (open === undefined) {
      if (fence === null) continue;
      const [language, ...words] = fence[3].trim().split(/\s+/);
      open = { indent: fence[1], fence: fence[2], language, words, lines: [], line: index + 2 };
    } else if (fence !== null && fence[2].length >= open.fence.length && fence[3] === "") {
      blocks.push({ ...open, text: `${open.lines.join("\n")}\n` });
      open = undefined;
    } else {
      open.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
    }
  }
  return blocks;
}
