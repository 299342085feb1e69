console.log("benchmarks");
