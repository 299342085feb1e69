import type { NumberColumn } from "@millrace/core";
import {
  DIRECTORY_BUILD_KEY,
  DIRECTORY_KIND,
  DIRECTORY_PAGES,
  DIRECTORY_PROBE_KEY,
  DIRECTORY_REGION_SHIFT,
  DIRECTORY_REGIONS,
  DIRECTORY_SHIFT,
  DIRECTORY_WORDS,
  GROUP_KEY_KINDS,
} from "../kernels/kernel-layouts.js";
import type { Kernels } from "../kernels/kernels.js";
import { PAGE_MASK, PAGE_SHIFT } from "../memory/page-slots.js";
import type { HashScratch } from "./hash-scratch.js";

/** Is a part of a directory: what the partition of some high bits of the hash has of it. */
export interface Region {
  readonly firstCell: number;
  readonly numCells: number;
}

const WORDS_PER_REGION = 2;
/** Names no region in particular. */
export const ALL_REGIONS = -1;
const NO_REGION = -2;

/**
 * Describes the directory of a join table to kernels. There may be no room to name all of its pages; then it is described one region at a time.
 * @internal
 */
export class KernelDirectory {
  readonly kernels: Kernels;
  /** Where its description lies. */
  readonly at: number;
  readonly #words: Int32Array;
  #regions: readonly Region[] = [];
  #pages: Int32Array = new Int32Array(0);
  #regionShift = 0;
  /** The region that is described now. */
  #current = NO_REGION;

  constructor(scratch: HashScratch) {
    this.kernels = scratch.kernels;
    this.at = scratch.table;
    this.#words = scratch.words(scratch.table, scratch.tableWords);
  }

  /**
   * Describes another directory. Each region has cells from its first on in the pages whose slots are `pages`; the number of a hash's region is `(hash >>> 1) >>> regionShift`, and `shift`
   * is how many high bits of it say nothing in a region.
   */
  open(regions: readonly Region[], pages: Int32Array, regionShift: number, shift: number): void {
    this.#regions = regions;
    this.#pages = pages;
    this.#regionShift = regionShift;
    this.#words[DIRECTORY_SHIFT] = shift;
    this.#current = NO_REGION;
  }

  /** Says where keys lie in build rows, and what they are. */
  setBuildKey(column: NumberColumn): void {
    this.#words[DIRECTORY_KIND] = GROUP_KEY_KINDS[column.kind];
    this.#setKey(DIRECTORY_BUILD_KEY, column);
  }

  /** Says where keys lie in probe rows. */
  setProbeKey(column: NumberColumn): void {
    this.#setKey(DIRECTORY_PROBE_KEY, column);
  }

  /** Describes one region, or all of them. Returns false when there is no room for that. */
  use(region: number): boolean {
    if (region === this.#current) return true;
    this.#current = NO_REGION;
    const regions = region === ALL_REGIONS ? this.#regions : [this.#regions[region]!];
    const first = region === ALL_REGIONS ? 0 : regions[0]!.firstCell >>> PAGE_SHIFT;
    const numPages = region === ALL_REGIONS ? this.#pages.length : numPagesOf(regions[0]!, first);
    const regionsAt = DIRECTORY_WORDS + 1;
    const pagesAt = regionsAt + regions.length * WORDS_PER_REGION;
    const words = this.#words;
    if (pagesAt + numPages > words.length) return false;
    words[DIRECTORY_REGION_SHIFT] = region === ALL_REGIONS ? this.#regionShift : 31;
    words[DIRECTORY_REGIONS] = this.at + regionsAt / 2;
    words[DIRECTORY_PAGES] = this.at + pagesAt / 2;
    regions.forEach(({ firstCell, numCells }, i) => {
      words[regionsAt + i * WORDS_PER_REGION] = firstCell - (first << PAGE_SHIFT);
      words[regionsAt + i * WORDS_PER_REGION + 1] = numCells;
    });
    words.set(this.#pages.subarray(first, first + numPages), pagesAt);
    this.#current = region;
    return true;
  }

  #setKey(word: number, { fieldSlot, nullWord, nullMask }: NumberColumn): void {
    this.#words[word] = fieldSlot;
    this.#words[word + 1] = nullWord;
    this.#words[word + 2] = nullMask;
  }
}

function numPagesOf({ firstCell, numCells }: Region, firstPage: number): number {
  return ((firstCell + numCells + PAGE_MASK) >>> PAGE_SHIFT) - firstPage;
}
