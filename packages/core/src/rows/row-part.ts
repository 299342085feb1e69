import type { AnyType } from "../types/type-information.js";
import { generateLocateSteps, nullTest } from "./generate-locate.js";
import { entryName, ReaderCode } from "./generate-read.js";
import { canBeNull, type KeyParent, NULL_PARENT } from "./row-key.js";
import { type RowLayout, structOfLayout } from "./row-layout.js";
import { containsString, equalsString, lengthOfString, startsWithString } from "./string-cell.js";
import type { SlotContent, StructField, StructLayout } from "./struct-layout.js";

/** Is where a part of a row lies: through `parents`, one struct inside the other, to `field` of `struct`. */
export interface PartPlace {
  readonly parents: readonly KeyParent[];
  readonly struct: StructLayout;
  readonly field: StructField;
  /** The names that lead on inside of a value that is no struct; only the decoded value can answer them. */
  readonly rest: readonly string[];
}

/**
 * Finds where a path leads in rows of `layout`; `record` for the record itself where it is a struct, undefined where the
 * layout has no such field.
 */
export function placeOfPart(layout: RowLayout, segments: readonly string[]): PartPlace | "record" | undefined {
  let struct = structOfLayout(layout);
  if (struct.shape === "value") return { parents: [], struct, field: struct.fields[0]!, rest: segments };
  const parents: KeyParent[] = [];
  for (const [depth, name] of segments.entries()) {
    const field = struct.fields.find((each) => each.name === name);
    if (field === undefined) {
      const isNoPosition = struct.shape === "tuple" && !/^(?:0|[1-9]\d*)$/.test(name);
      return isNoPosition ? placeAbove(parents, segments, depth) : undefined;
    }
    const rest = segments.slice(depth + 1);
    if (rest.length === 0 || field.content.kind !== "struct") return { parents, struct, field, rest };
    parents.push({ struct, field });
    struct = field.content.struct;
  }
  return "record";
}

/** A name is no field of a tuple: reading it fails, which is left to the reader of the decoded tuple. */
function placeAbove(parents: readonly KeyParent[], segments: readonly string[], depth: number): PartPlace | "record" {
  const last = parents.at(-1);
  if (last === undefined) return "record";
  return { parents: parents.slice(0, -1), struct: last.struct, field: last.field, rest: segments.slice(depth) };
}

/** Is code that reads one part of a row. Its texts stand where `memory` and `base` name the row. @internal */
export interface RowPart {
  /** What its slot holds. `struct` for rows and tuples. */
  readonly kind: SlotContent["kind"];
  /** Its type, without the question whether it may be null. */
  readonly type: AnyType;
  /** A statement that has to stand before the other texts, in the same block; may be empty. */
  readonly prelude: string;
  /** The condition that it is null or absent; undefined when it never is. */
  readonly isNull: string | undefined;
  /** Its value as JavaScript has it, where it is not null. */
  readonly value: string;
  /** The slot at which it stands, where it is not null. */
  readonly at: string;
  /** The slot of the struct around it, where it is not null. */
  readonly base: string;
  /** The names of the path that lead on below the value. */
  readonly rest: readonly string[];
}

/** Makes code that reads parts of the rows of one layout where they lie. @internal */
export class RowPartCode {
  /** The layout of the rows. */
  readonly layout: RowLayout;
  readonly #code = new ReaderCode();
  readonly #parts: string[] = [];
  #numNames = 0;

  constructor(layout: RowLayout) {
    this.layout = layout;
    Object.assign(this.#code.scope, { containsString, equalsString, lengthOfString, startsWithString });
  }

  /** What the texts refer to. */
  get scope(): Readonly<Record<string, unknown>> {
    return this.#code.scope;
  }

  /** The functions that the texts call. */
  text(): string {
    return [this.#code.text(), ...this.#parts].join("\n");
  }

  /**
   * Returns the expression of the record with only the fields `names`, as far as it has them: for code that reads no other. An absent
   * field is there and undefined, other positions of a tuple are null.
   */
  partialRecord(names: ReadonlySet<string>): string {
    const struct = structOfLayout(this.layout);
    const read = (field: StructField): string => this.#code.field(struct, field);
    if (struct.shape === "tuple") {
      return `[${struct.fields.map((field) => (names.has(field.name) ? read(field) : "null")).join(", ")}]`;
    }
    if (struct.shape === "value") return read(struct.fields[0]!);
    const fields = struct.fields.filter((field) => names.has(field.name));
    return `({ ${fields.map((field) => `${entryName(field.name)}: ${read(field)}`).join(", ")} })`;
  }

  /** Returns the code for the part at a path; undefined where the layout has no such field. */
  part(segments: readonly string[]): RowPart | undefined {
    const place = placeOfPart(this.layout, segments);
    if (place === undefined) return undefined;
    return place === "record" ? this.#record(segments) : this.#field(place);
  }

  #record(rest: readonly string[]): RowPart {
    const read = this.#code.structFunction(structOfLayout(this.layout));
    const type = this.layout.type as unknown as AnyType;
    const value = `${read}(memory, base)`;
    return { kind: "struct", type, prelude: "", isNull: undefined, value, at: "base", base: "base", rest };
  }

  #field({ parents, struct, field, rest }: PartPlace): RowPart {
    const slot = struct.headerSlots + field.index;
    const { kind } = field.content;
    if (parents.length === 0) {
      const isNull = canBeNull(field) ? nullTest("memory", "base", field) : undefined;
      const value = this.#code.content(field.content, `(base + ${slot})`);
      return { kind, type: field.type, prelude: "", isNull, value, at: `(base + ${slot})`, base: "base", rest };
    }
    const id = this.#numNames++;
    const base = `struct${id}`;
    this.#parts.push(`function locate${id}(memory, base) { ${generateLocateSteps(parents)} return base; }`);
    this.#parts.push(
      `function part${id}(memory, base) { return ${this.#code.content(field.content, `(base + ${slot})`)}; }`,
    );
    const tests: string[] = [];
    if (parents.some((parent) => canBeNull(parent.field))) tests.push(`${base} === ${NULL_PARENT}`);
    if (canBeNull(field)) tests.push(nullTest("memory", base, field));
    return {
      kind,
      type: field.type,
      prelude: `const ${base} = locate${id}(memory, base);`,
      isNull: tests.length === 0 ? undefined : `(${tests.join(" || ")})`,
      value: `part${id}(memory, ${base})`,
      at: `(${base} + ${slot})`,
      base,
      rest,
    };
  }
}
