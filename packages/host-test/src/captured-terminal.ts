import type { Terminal } from "@millrace/core";

/** Keeps what was written to it. @public */
export class CapturedTerminal implements Terminal {
  readonly isInteractive: boolean;
  readonly columns: number;
  #output = "";
  #errors = "";

  constructor(options: { readonly isInteractive?: boolean; readonly columns?: number } = {}) {
    this.isInteractive = options.isInteractive ?? false;
    this.columns = options.columns ?? 80;
  }

  /** Everything that was written to standard output. */
  get output(): string {
    return this.#output;
  }

  /** Everything that was written to standard error. */
  get errors(): string {
    return this.#errors;
  }

  write(text: string): void {
    this.#output += text;
  }

  writeError(text: string): void {
    this.#errors += text;
  }
}
