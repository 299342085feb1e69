import { MillraceError } from "../errors/index.js";
import type { DataInputView, LayoutIdWords } from "../memory/index.js";
import { readPageHeader } from "../memory/index.js";
import type { RowLayout } from "./row-layout.js";
import { type RowCodeOptions, RowSerializer } from "./row-serializer.js";

/**
 * Knows the layouts of a stream by id, and reads records of all of them. Layouts are added as their descriptors arrive.
 * @public
 */
export class LayoutRegistry {
  readonly #options: RowCodeOptions;
  readonly #serializers = new Map<string, RowSerializer>();

  constructor(options: RowCodeOptions = {}) {
    this.#options = options;
  }

  /** Makes a layout known; one that is known already changes nothing. */
  add(layout: RowLayout): void {
    const key = keyOf(layout.idWords);
    if (!this.#serializers.has(key)) this.#serializers.set(key, new RowSerializer(layout, this.#options));
  }

  /** Returns the serializer of a layout; throws CORRUPT_FILE when its descriptor never came. */
  serializerOf(id: LayoutIdWords): RowSerializer {
    const serializer = this.#serializers.get(keyOf(id));
    if (serializer !== undefined) return serializer;
    throw new MillraceError({
      code: "CORRUPT_FILE",
      what: `A page has the layout ${keyOf(id)}, whose descriptor never arrived`,
      expected: `one of ${[...this.#serializers.keys()].join(", ")}`,
    });
  }

  /** Reads the current record of `input` by the layout of its page. */
  read(input: DataInputView): unknown {
    return this.serializerOf(readPageHeader(input.page!).layoutId).read(input.memory, input.slot);
  }
}

function keyOf(id: LayoutIdWords): string {
  return [id.high, id.low].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}
