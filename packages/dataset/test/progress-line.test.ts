import type { Terminal } from "@millrace/core";
import { describe, expect, test } from "vitest";
import { ProgressLine } from "../src/progress/progress-line.js";

function terminal(isInteractive: boolean): Terminal & { text: string } {
  return {
    text: "",
    isInteractive,
    columns: 20,
    write() {
      expect.unreachable("progress belongs on standard error");
    },
    writeError(text: string) {
      this.text += text;
    },
  };
}

const news = { operator: "Map at job.ts:1:1", numOperatorsDone: 1, numOperators: 4, numRecords: 12 };

describe("progress", () => {
  test("[DT6] is drawn at most ten times a second, fits the line, and is removed at the end", () => {
    const screen = terminal(true);
    let now = 0;
    const line = new ProgressLine(screen, { now: () => now, monotonic: () => now }, undefined);
    line.update(news);
    line.update(news);
    now = 99;
    line.update(news);
    expect(screen.text).toBe("\r\u001b[2K1/4 Map at job.ts:1");
    now = 100;
    line.update(news);
    line.clear();
    line.clear();
    expect(screen.text.split("\r").length - 1).toBe(3);
    expect(screen.text.endsWith("\r\u001b[2K")).toBe(true);
  });

  test("[DT7] is not shown where no terminal is, unless asked for", () => {
    const clock = { now: () => 0, monotonic: () => 0 };
    const silent = terminal(false);
    const line = new ProgressLine(silent, clock, undefined);
    line.update(news);
    line.clear();
    expect(silent.text).toBe("");
    const forced = terminal(false);
    new ProgressLine(forced, clock, true).update(news);
    expect(forced.text).not.toBe("");
    const refused = terminal(true);
    new ProgressLine(refused, clock, false).update(news);
    expect(refused.text).toBe("");
  });
});
