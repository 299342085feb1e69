/**
 * Projects pairs of rows by a kernel, where every projected field is a field of one of the records that is never absent: no value is made an object on the way.
 */
import { type AnyType, parseFieldPath, RowLayout, type TypeInformation, types } from "@millrace/core";
import type { PairResultSpec } from "@millrace/job-graph";
import { placeOf } from "../hash/aggregates/column.js";
import {
  MAX_PLAN_FIELDS,
  PLAN_FIELD_KINDS,
  PLAN_FIELDS,
  PLAN_HAS_TAILS,
  PLAN_LEFT_WORD,
  PLAN_NUM_FIELDS,
  PLAN_RIGHT_WORD,
  PLAN_WORDS_PER_FIELD,
} from "../kernels/kernel-layouts.js";
import type { LayoutTable, StreamLayout } from "../rows/stream-layout.js";
import type { PairValues } from "./pair-output.js";
import { PairSide } from "./pair-row.js";

type Projection = Extract<PairResultSpec, { kind: "projection" }>;
type ProjectedField = Projection["fields"][number];

const LONG_DECIMAL_PRECISION = 19;

/** Says how rows of two layouts are projected. */
export interface ProjectionPlan {
  /** The words of the kernel's plan. */
  readonly words: Int32Array;
  /** The layout of the results. */
  readonly layout: StreamLayout;
}

/** Finds, once for each pair of layouts, how their rows are projected. */
export class ProjectionPlans {
  readonly #projection: Projection;
  readonly #layouts: LayoutTable;
  readonly #left: PairSide;
  readonly #right: PairSide;
  readonly #plans: (ProjectionPlan | false | undefined)[][] = [];

  constructor(projection: Projection, { leftValue, rightValue }: PairValues, layouts: LayoutTable) {
    this.#projection = projection;
    this.#layouts = layouts;
    this.#left = new PairSide(leftValue);
    this.#right = new PairSide(rightValue);
  }

  /** Returns the plan for rows of two layouts; false when the kernel can't project them. */
  of(left: StreamLayout, right: StreamLayout): ProjectionPlan | false {
    const row = this.#plans[left.index] ?? [];
    this.#plans[left.index] = row;
    row[right.index] ??= this.#make(left, right);
    return row[right.index]!;
  }

  #make(left: StreamLayout, right: StreamLayout): ProjectionPlan | false {
    const { fields, shape } = this.#projection;
    const leftWord = this.#left.wordOf(left);
    const rightWord = this.#right.wordOf(right);
    if (leftWord === undefined || rightWord === undefined || fields.length > MAX_PLAN_FIELDS) return false;
    const planned = fields.map((field) =>
      field.side === "first"
        ? plannedField(field, 0, this.#left.typeOf(left))
        : plannedField(field, 1, this.#right.typeOf(right)),
    );
    if (!planned.every((field) => field !== undefined)) return false;
    const type = shape === "tuple" ? types.tuple(...planned.map((field) => field.type)) : rowOf(planned);
    if (type === undefined) return false;
    const words = new Int32Array(PLAN_FIELDS + planned.length * PLAN_WORDS_PER_FIELD);
    words[PLAN_NUM_FIELDS] = planned.length;
    words[PLAN_LEFT_WORD] = leftWord;
    words[PLAN_RIGHT_WORD] = rightWord;
    words[PLAN_HAS_TAILS] = planned.some(({ kind }) => kind !== PLAN_FIELD_KINDS.slot) ? 1 : 0;
    planned.forEach(({ kind, side, slot, position }, i) => {
      words.set([kind, side, slot, position], PLAN_FIELDS + i * PLAN_WORDS_PER_FIELD);
    });
    return { words, layout: this.#layouts.add(RowLayout.of(type) as unknown as RowLayout) };
  }
}

interface PlannedField {
  readonly name: string;
  readonly type: TypeInformation<unknown>;
  readonly kind: number;
  readonly side: 0 | 1;
  readonly slot: number;
  /** The number of its null bit. */
  readonly position: number;
}

function plannedField({ path, name }: ProjectedField, side: 0 | 1, record: AnyType): PlannedField | undefined {
  if (record.kind !== "row" && record.kind !== "tuple") return undefined;
  const { segments, isWildcard } = parseFieldPath(path);
  if (isWildcard || segments.length !== 1) return undefined;
  const place = placeOf(record, segments);
  if (place === undefined || place === "absent") return undefined;
  const index = (place.nullWord - 1) * 32 + (31 - Math.clz32(place.nullMask));
  const type = record.kind === "row" ? record.fields[index]!.type : record.elements[index]!;
  const kind = kindOf(place.type);
  // What may be absent is no field of some rows, and null in others.
  if (type.kind === "optional" || kind === undefined) return undefined;
  return { name: name ?? path, type: type as TypeInformation<unknown>, kind, side, slot: place.slot, position: index };
}

function kindOf(type: AnyType): number | undefined {
  switch (type.kind) {
    case "boolean":
    case "int32":
    case "int64":
    case "float64":
    case "timestamp":
    case "enum":
      return PLAN_FIELD_KINDS.slot;
    case "decimal":
      return type.precision < LONG_DECIMAL_PRECISION ? PLAN_FIELD_KINDS.slot : undefined;
    case "string":
      return PLAN_FIELD_KINDS.text;
    case "bytes":
      return PLAN_FIELD_KINDS.bytes;
    case "row":
    case "tuple":
      return PLAN_FIELD_KINDS.struct;
    default:
      return undefined;
  }
}

/** Returns the type of rows of these fields in this order; undefined when JavaScript has no object of them in this order. */
function rowOf(fields: readonly PlannedField[]): TypeInformation<unknown> | undefined {
  const type = types.row(Object.fromEntries(fields.map((field) => [field.name, field.type])));
  const names = (type as unknown as Extract<AnyType, { kind: "row" }>).fields.map(({ name }) => name);
  const isSame = names.length === fields.length && names.every((name, i) => name === fields[i]!.name);
  return isSame ? (type as TypeInformation<unknown>) : undefined;
}
