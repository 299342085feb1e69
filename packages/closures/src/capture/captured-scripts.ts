import type { KnownScript, ScriptTable } from "./script-table.js";
import type { TextRange } from "./source-map.js";
import type { WireScript, WireUnit } from "./wire.js";

/** Collects the scripts that the units of one graph come from. */
export class CapturedScripts {
  readonly #table: ScriptTable;
  readonly #indexes = new Map<string, number>();
  readonly #scripts: { readonly known: KnownScript; readonly ranges: TextRange[] }[] = [];

  constructor(table: ScriptTable) {
    this.#table = table;
  }

  /** Gives the index of a script, and notes that the unit with `text` at a line and column of it travels. */
  indexOf(known: KnownScript, { line, column }: Pick<WireUnit, "line" | "column">, text: string): number {
    const { scriptId } = known.script;
    let index = this.#indexes.get(scriptId);
    if (index === undefined) {
      index = this.#scripts.push({ known, ranges: [] }) - 1;
      this.#indexes.set(scriptId, index);
    }
    if (known.script.sourceMapUrl !== "") this.#scripts[index]!.ranges.push(rangeOf(text, line - 1, column - 1));
    return index;
  }

  /** Gives the scripts as they travel, each with that part of its source map that is about what travels. */
  wire(): WireScript[] {
    return this.#scripts.map(({ known, ranges }) => {
      const { url, lineOffset } = known.script;
      const script = { url: url === "" ? "anonymous" : url };
      const map = ranges.length === 0 ? undefined : this.#table.sourceMapOf(known)?.slice(ranges);
      if (map === undefined) return script;
      return { ...script, map: { ...map, mappings: ";".repeat(lineOffset) + map.mappings } };
    });
  }
}

const LINE_END = /\r\n|[\n\r\u2028\u2029]/;

function rangeOf(text: string, line: number, column: number): TextRange {
  const lines = text.split(LINE_END);
  const last = lines.at(-1)!.length;
  return {
    line,
    column,
    endLine: line + lines.length - 1,
    endColumn: lines.length === 1 ? column + last : last,
  };
}
