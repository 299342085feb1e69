import { invariant } from "../errors/index.js";
import type { DataOutputView, Memory, RecordWriter } from "../memory/index.js";
import type { CustomType } from "../types/type-information.js";
import { generateWriter } from "./generate-write.js";
import { interpretWriter } from "./interpret-write.js";
import { LayoutDiscovery } from "./layout-discovery.js";
import { TYPE_MISMATCH } from "./plain-row.js";
import { type RowLayout, structOfLayout } from "./row-layout.js";
import { generatesCode, type RowCodeOptions } from "./row-serializer.js";

/** Configures a {@link DiscoveringSerializer}. @public */
export interface DiscoveringOptions extends RowCodeOptions {
  /** The types whose values keep their class; by default values of classes become rows. */
  readonly customTypes?: readonly CustomType[] | undefined;
}

/**
 * Writes records that nobody declared. Each is written in the layout discovered so far; one that does not fit makes the
 * layout evolve, and begins a new page of the new layout. Consumers must know a layout before its first page comes:
 * `onLayout` is called in time.
 * @public
 */
export class DiscoveringSerializer {
  /** What is known about the records so far. */
  readonly discovery: LayoutDiscovery;
  readonly #onLayout: (layout: RowLayout) => void;
  readonly #isGenerated: boolean;
  #layout: RowLayout | undefined;
  #write: RecordWriter | undefined;
  /** Set once a record was an instance of a class: then records are copied to plain data first, without an exception each. */
  #copiesFirst = false;

  constructor(onLayout: (layout: RowLayout) => void, options: DiscoveringOptions = {}) {
    this.discovery = new LayoutDiscovery(options.customTypes);
    this.#onLayout = onLayout;
    this.#isGenerated = generatesCode(options);
  }

  /** The layout of what was written last; undefined before the first record. */
  get layout(): RowLayout | undefined {
    return this.#layout;
  }

  /**
   * Writes a record in one piece, as a {@link RecordWriter} does, in the layout that {@link layout} is afterwards, also when it did not
   * fit. So whoever fills pages looks at the layout behind each call, and moves the row to a page of its own when it changed.
   * Throws RECORD_NOT_DATA.
   * @internal
   */
  write(record: unknown, memory: Memory, slot: number, limit: number): number {
    const data = this.#copiesFirst ? this.discovery.copy(record) : record;
    if (this.#write !== undefined) {
      try {
        return this.#write(data, memory, slot, limit);
      } catch (error) {
        if (error !== TYPE_MISMATCH) {
          this.discovery.copy(record);
          throw error;
        }
      }
    }
    const copy = this.#observe(record);
    return this.#write!(copy, memory, slot, limit);
  }

  /** Appends a record; returns false when `out` has no more pages. Throws RECORD_NOT_DATA. */
  serialize(record: unknown, out: DataOutputView): boolean {
    const data = this.#copiesFirst ? this.discovery.copy(record) : record;
    if (this.#write !== undefined) {
      // One producer fills many views, of which each has to hear of a new layout.
      out.setLayout(this.#layout!.idWords);
      try {
        return out.write(this.#write, data);
      } catch (error) {
        // Writers know no field paths; copying finds the path of what is no data.
        if (error !== TYPE_MISMATCH) {
          this.discovery.copy(record);
          throw error;
        }
      }
    }
    return this.#serializeEvolving(record, out);
  }

  #serializeEvolving(record: unknown, out: DataOutputView): boolean {
    const data = this.#observe(record);
    out.setLayout(this.#layout!.idWords);
    try {
      return out.write(this.#write!, data);
    } catch (error) {
      invariant(error !== TYPE_MISMATCH, "a discovered layout has the record that it was discovered from");
      throw error;
    }
  }

  /** Makes the layout one that has the record, and returns the record as plain data. */
  #observe(record: unknown): unknown {
    const data = this.discovery.copy(record);
    const before = this.#layout;
    this.#evolve(this.discovery.observe(data));
    // A record that fits after all as plain data, in the same layout, had a prototype.
    if (before === this.#layout) this.#copiesFirst = true;
    return data;
  }

  #evolve(layout: RowLayout): void {
    if (layout === this.#layout) return;
    this.#layout = layout;
    this.#write = (this.#isGenerated ? generateWriter : interpretWriter)(
      structOfLayout(layout),
      (error) => error,
      true,
    );
    this.#onLayout(layout);
  }
}
