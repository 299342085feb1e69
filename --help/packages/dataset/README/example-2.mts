import type { DataSet } from "@millrace/dataset";

export function best<T extends { score: number }>(data: DataSet<T>, n: number): DataSet<T> {
  return data.orderBy("score", "descending").first(n);
}
