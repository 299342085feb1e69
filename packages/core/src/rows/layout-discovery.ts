import { copyData } from "../records/copy-data.js";
import { typeBuilders as types } from "../types/type-builders.js";
import type { AnyType, CustomType, TypeInformation } from "../types/type-information.js";
import { RecordCopies } from "../user-code/record-copies.js";
import { inferType } from "./infer-type.js";
import { mergeTypes } from "./merge-types.js";
import { RowLayout } from "./row-layout.js";

/** How often one row may take on new fields; after that its names are data, and it is `any`. @public */
export const MAX_ROW_GROWTHS = 16;

/** How many layouts one stream of records may go through; after that its records are `any`. @public */
export const MAX_DISCOVERED_LAYOUTS = 64;

/**
 * Finds out the layout of records that nobody declared, and lets it evolve: a field that is absent becomes optional, an
 * int32 float64, a value null, and what changes its kind `any`. Nothing of a record is ever lost. The number of layouts is
 * bounded by {@link MAX_DISCOVERED_LAYOUTS}.
 * @public
 */
export class LayoutDiscovery {
  #type: AnyType | undefined;
  #layout: RowLayout | undefined;
  #numLayouts = 0;
  /** How often the row at each path got more fields. */
  readonly #growths = new Map<string, number>();
  readonly #customTypes: readonly CustomType[];
  readonly #copies: RecordCopies | undefined;

  /** @param customTypes - the types whose values keep their class; those of all others become rows */
  constructor(customTypes: readonly CustomType[] = []) {
    this.#customTypes = customTypes;
    this.#copies = customTypes.length === 0 ? undefined : new RecordCopies(customTypes);
  }

  /** The layout of all records seen so far; undefined before the first. */
  get layout(): RowLayout | undefined {
    return this.#layout;
  }

  /**
   * Takes a record into account and returns the layout that has it and all before it; the same object as long as nothing
   * changes. Throws RECORD_NOT_DATA.
   */
  observe(record: unknown): RowLayout {
    const seen = inferType(this.copy(record), this.#customTypes);
    const merged = this.#type === undefined ? seen : mergeTypes(this.#type, seen, (path) => this.#mayGrow(path));
    if (this.#layout === undefined || String(merged) !== String(this.#type)) this.#evolve(merged);
    return this.#layout!;
  }

  /** Returns a record as plain data, in which values of custom types stay what they are. Throws RECORD_NOT_DATA. */
  copy(record: unknown): unknown {
    return this.#copies === undefined ? copyData(record, "", 0) : this.#copies.handedOut(record);
  }

  /** Returns the paths of the fields that have to be encoded as `any`, for plans; the record itself is `""`. */
  anyFields(): string[] {
    return this.#type === undefined ? [] : anyPaths(this.#type, "");
  }

  #evolve(type: AnyType): void {
    this.#numLayouts++;
    this.#type = this.#numLayouts > MAX_DISCOVERED_LAYOUTS ? (types.any as AnyType) : type;
    this.#layout = RowLayout.of(this.#type as unknown as TypeInformation<unknown>);
  }

  #mayGrow(path: string): boolean {
    const growths = (this.#growths.get(path) ?? 0) + 1;
    this.#growths.set(path, growths);
    return growths <= MAX_ROW_GROWTHS;
  }
}

function anyPaths(type: AnyType, path: string): string[] {
  const below = (name: string): string => (path === "" ? name : `${path}.${name}`);
  switch (type.kind) {
    case "any":
      return [path];
    case "nullable":
    case "optional":
      return anyPaths(type.inner, path);
    case "array":
      return anyPaths(type.element, below("[]"));
    case "map":
      return [...anyPaths(type.key, below("key")), ...anyPaths(type.value, below("value"))];
    case "tuple":
      return type.elements.flatMap((element, i) => anyPaths(element, below(String(i))));
    case "row":
      return type.fields.flatMap((field) => anyPaths(field.type, below(field.name)));
    default:
      return [];
  }
}
