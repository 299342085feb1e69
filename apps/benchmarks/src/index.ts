/** Lists the benchmarks; each is a program of its own, run by its script. */
console.log(
  "closures: node src/closures.ts\ncollection: node src/collection.ts\nexternal-sort: node src/external-sort.ts\nkernels: node src/kernels.ts\npeak-memory: node src/peak-memory.ts\nrows: node src/rows.ts\nseed-sort: node src/seed-sort.ts\nsort: node src/sort.ts\nspill: node src/spill.ts\nstrings: node src/strings.ts\ntypes: node src/typecheck.ts",
);
