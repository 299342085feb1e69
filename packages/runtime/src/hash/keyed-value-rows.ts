import { type AnyType, parseFieldPath, RowLayout, resolveField, type TypeInformation, types } from "@millrace/core";
import type { KeyFieldSpec } from "@millrace/job-graph";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";

/** Makes the layouts of keyed rows differ from all that records have. */
const MARK = "millrace:keyed-row";

/** Is the place of the value in a keyed row. @internal */
export const KEYED_VALUE = 1;

/**
 * Knows rows that carry their key beside a value that need not have it: `[[part 0, part 1, …], value, mark]`. Groups have them whose value
 * is no record of the input: partial aggregates, or what a user's function returned with another key.
 * @internal
 */
export class KeyedValueRows {
  /** The parts of the key, as fields of keyed rows. */
  readonly keys: readonly KeyFieldSpec[];
  readonly #layouts: LayoutTable;
  readonly #indexes = new Set<number>();

  constructor(layouts: LayoutTable, numParts: number) {
    this.#layouts = layouts;
    this.keys = Array.from({ length: numParts }, (_, part) => ({ path: `0.${part}` }));
  }

  /** Whether rows of a layout are keyed rows. */
  has(layout: StreamLayout): boolean {
    return this.#indexes.has(layout.index);
  }

  /** Returns the layout of keyed rows with parts and values of these types. */
  layoutOf(parts: readonly TypeInformation<unknown>[], value: TypeInformation<unknown>): StreamLayout {
    const key = types.tuple(...(parts as readonly AnyType[]));
    const layout = this.#layouts.add(RowLayout.of(types.tuple(key, value as AnyType, types.enum(MARK))) as RowLayout);
    this.#indexes.add(layout.index);
    return layout;
  }

  /** Returns a keyed row as the record that its layout has. */
  recordOf(parts: readonly unknown[], value: unknown): unknown {
    return [parts, value, MARK];
  }
}

/** Returns the types of the parts of a key; one that the layout lacks, or that is the whole record, can be anything. @internal */
export function keyPartTypes(keys: readonly KeyFieldSpec[], layout: StreamLayout): TypeInformation<unknown>[] {
  return keys.map(({ path }) => keyPartType(path, layout));
}

function keyPartType(path: string, { layout }: StreamLayout): TypeInformation<unknown> {
  const anything = types.any as TypeInformation<unknown>;
  if (path === "*") return anything;
  try {
    const { type, isNullable } = resolveField(layout.type, parseFieldPath(path));
    const mayBeWrapped = isNullable && (type as AnyType).kind !== "any";
    return mayBeWrapped ? (types.nullable(type as typeof types.any) as TypeInformation<unknown>) : type;
  } catch {
    return anything;
  }
}
