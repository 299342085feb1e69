import type { SourceAnalysis, Strictness } from "./analysis.js";
import { analyzeFunctionText } from "./analyze-function-text.js";

/** How many analyses an analyzer keeps: more distinct functions than large programs have, at some kilobytes each. */
export const ANALYSIS_CACHE_CAPACITY = 1024;

/** Longer texts are analyzed anew each time, so that a full cache holds at most some tens of megabytes. */
export const CACHED_TEXT_MAX_LENGTH = 32 * 1024;

/**
 * Analyzes functions and remembers the results by source text, so that a function used in many operators, or made anew
 * in a loop, is read once. Results are shared: do not change them.
 * @beta
 */
export class FunctionAnalyzer {
  /** Least recently used first, since a Map keeps the order of insertion. */
  readonly #cache = new Map<string, SourceAnalysis>();

  /** How many analyses are remembered now. */
  get size(): number {
    return this.#cache.size;
  }

  /**
   * Analyzes a function object or class without running any of its code.
   *
   * Strict mode is taken from the text where it shows, and from the `caller` property that only sloppy functions have on V8.
   */
  analyzeFunction(
    userFunction: ((...args: never[]) => unknown) | (abstract new (...args: never[]) => unknown),
  ): SourceAnalysis {
    const text = Function.prototype.toString.call(userFunction);
    return this.analyzeText(text, Object.hasOwn(userFunction, "caller") ? "sloppy" : "unknown");
  }

  /** Analyzes the text of one function, as {@link analyzeFunctionText} does. */
  analyzeText(text: string, strictness: Strictness = "unknown"): SourceAnalysis {
    if (text.length > CACHED_TEXT_MAX_LENGTH) return analyzeFunctionText(text, strictness);
    const key = `${strictness}:${text}`;
    let analysis = this.#cache.get(key);
    if (analysis === undefined) {
      analysis = analyzeFunctionText(text, strictness);
      if (this.#cache.size >= ANALYSIS_CACHE_CAPACITY) this.#forgetOldest();
    } else {
      this.#cache.delete(key);
    }
    this.#cache.set(key, analysis);
    return analysis;
  }

  #forgetOldest(): void {
    for (const oldest of this.#cache.keys()) {
      this.#cache.delete(oldest);
      return;
    }
  }
}
