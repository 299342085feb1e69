import { type ConformanceProgram, program } from "../../program.js";
import { keyOperators } from "./key-operators.js";
import { keySubjects } from "./key-subjects.js";

/** Every operator with a key, over every kind of key and every shape of input. */
export const keyPrograms: readonly ConformanceProgram[] = keyOperators.flatMap((operator) =>
  keySubjects
    .filter((subject) => subject.isSinglePart || operator.needsSinglePart !== true)
    .map((subject) =>
      program(`keys/${operator.title}: ${subject.title}`, {
        covers: operator.covers,
        operators: operator.operators,
        keyKinds: subject.kinds,
        build: (env) => operator.build(env, subject),
        expected: operator.expected(subject),
      }),
    ),
);
