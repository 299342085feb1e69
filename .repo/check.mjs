/**
 * Ends a check script: prints the problems, then the closing line that `npm test` adds up, and sets the exit code.
 * `numChecks` is how many things were looked at; with problems, each of them counts as one that failed.
 */
export function reportProblems(problems, numChecks) {
  for (const problem of problems) console.log(problem);
  console.log(`${Math.max(numChecks - problems.length, 0)} passed, ${problems.length} failed`);
  if (problems.length > 0) process.exitCode = 1;
}
