/**
 * Ends a check script: prints the problems, then the closing line that `npm test` adds up, and sets the exit code.
 * `numChecks` is how many things were looked at; with problems, each of them counts as one that failed. To have looked at
 * nothing is a failure too.
 */
export function reportProblems(problems, numChecks) {
  const failures = numChecks === 0 && problems.length === 0 ? ["There was nothing to check."] : problems;
  for (const problem of failures) console.log(problem);
  console.log(`${Math.max(numChecks - failures.length, 0)} passed, ${failures.length} failed`);
  if (failures.length > 0) process.exitCode = 1;
}
