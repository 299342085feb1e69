import type { ConformanceProgram } from "../../program.js";
import { operatorCase, sets } from "./data-sets.js";

export const joinCases: readonly ConformanceProgram[] = [
  operatorCase("Join.UDFJoinOnTuplesWithKeyFieldPositions", {
    covers: ["B036", "B037", "T012"],
    operators: ["join"],
    keyKinds: ["position"],
    build: (env) =>
      sets
        .smallTuples3(env)
        .join(sets.tuples5(env))
        .where(1)
        .equalTo(1)
        .with((l, r) => [l[2], r[3]]),
  }),
  operatorCase("Join.eUDFJoinOnTuplesWithMultipleKeyFieldPositions", {
    covers: ["B036", "B080", "T012"],
    operators: ["join"],
    keyKinds: ["position", "several fields"],
    build: (env) =>
      sets
        .tuples3(env)
        .join(sets.tuples5(env))
        .where(0, 1)
        .equalTo(0, 4)
        .with((l, r) => [l[2], r[3]]),
  }),
  operatorCase("Join.DefaultJoinOnTuples", {
    covers: ["B036", "T012"],
    operators: ["join"],
    keyKinds: ["position"],
    build: (env) => sets.smallTuples3(env).join(sets.tuples5(env)).where(0).equalTo(2),
  }),
  operatorCase("Join.JoinWithHuge", {
    covers: ["B039", "T012"],
    operators: ["joinWithHuge"],
    keyKinds: ["position"],
    build: (env) =>
      sets
        .smallTuples3(env)
        .joinWithHuge(sets.tuples5(env))
        .where(1)
        .equalTo(1)
        .with((l, r) => [l[2], r[3]]),
  }),
  operatorCase("Join.JoinWithTiny", {
    covers: ["B039", "T012"],
    operators: ["joinWithTiny"],
    keyKinds: ["position"],
    build: (env) =>
      sets
        .smallTuples3(env)
        .joinWithTiny(sets.tuples5(env))
        .where(1)
        .equalTo(1)
        .with((l, r) => [l[2], r[3]]),
  }),
  operatorCase("Join.JoinThatReturnsTheLeftInputObject", {
    covers: ["B037", "T012"],
    operators: ["join"],
    keyKinds: ["position"],
    build: (env) =>
      sets
        .smallTuples3(env)
        .join(sets.tuples5(env))
        .where(1)
        .equalTo(1)
        .with((l) => l),
  }),
  operatorCase("Join.JoinThatReturnsTheRightInputObject", {
    covers: ["B037", "T012"],
    operators: ["join"],
    keyKinds: ["position"],
    build: (env) =>
      sets
        .smallTuples3(env)
        .join(sets.tuples5(env))
        .where(1)
        .equalTo(1)
        .with((_l, r) => r),
  }),
  operatorCase("Join.JoinWithBroadcastSet", {
    covers: ["B037", "B113", "T012"],
    operators: ["join", "withBroadcastSet"],
    keyKinds: ["position"],
    build: (env) =>
      sets
        .tuples3(env)
        .join(sets.smallTuples5(env))
        .where(1)
        .equalTo(4)
        .with((l, r, context) => [l[2], r[3], context.getBroadcastVariable<number>("ints").reduce((a, b) => a + b, 0)])
        .withBroadcastSet(sets.integers(env), "ints"),
  }),
  operatorCase("Join.JoinOnACustomTypeInputWithKeyExtractorAndATupleInputWithKeyFieldSelector", {
    covers: ["B041", "T012"],
    operators: ["join"],
    keyKinds: ["selector", "position"],
    build: (env) =>
      sets
        .smallCustoms(env)
        .join(sets.tuples3(env))
        .where((record) => record.myInt)
        .equalTo(0)
        .with((l, r) => [l.myString, r[2]]),
  }),
  operatorCase("Join.ProjectOnATuple1Input", {
    covers: ["B038", "T012"],
    operators: ["join", "projectFirst", "projectSecond"],
    keyKinds: ["position"],
    build: (env) =>
      sets
        .smallTuples3(env)
        .join(sets.tuples5(env))
        .where(1)
        .equalTo(1)
        .projectFirst(2, 1)
        .projectSecond(3)
        .projectFirst(0)
        .projectSecond(4, 1),
  }),
  operatorCase("Join.ProjectJoinOnATuple2Input", {
    covers: ["B038", "T012"],
    operators: ["join", "projectFirst", "projectSecond"],
    keyKinds: ["position"],
    build: (env) =>
      sets
        .smallTuples3(env)
        .join(sets.tuples5(env))
        .where(1)
        .equalTo(1)
        .projectSecond(3)
        .projectFirst(2, 1)
        .projectSecond(4, 1)
        .projectFirst(0),
  }),
  operatorCase("Join.JoinOnATupleInputWithKeyFieldSelectorAndACustomTypeInputWithKeyExtractor", {
    covers: ["B041", "T012"],
    operators: ["join"],
    keyKinds: ["position", "selector"],
    build: (env) =>
      sets
        .smallTuples3(env)
        .join(sets.customs(env))
        .where(1)
        .equalTo((record) => record.myLong)
        .with((l, r) => [l[2], r.myString]),
  }),
  operatorCase("Join.DefaultJoinOnTwoCustomTypeInputsWithKeyExtractors", {
    covers: ["B036", "B083", "T012"],
    operators: ["join"],
    keyKinds: ["selector"],
    build: (env) =>
      sets
        .customs(env)
        .join(sets.smallCustoms(env))
        .where((record) => record.myInt)
        .equalTo((record) => record.myInt),
  }),
  operatorCase("Join.UDFJoinOnTuplesWithTupleReturningKeySelectors", {
    covers: ["B037", "B083", "T012"],
    operators: ["join"],
    keyKinds: ["tuple selector"],
    build: (env) =>
      sets
        .tuples3(env)
        .join(sets.tuples5(env))
        .where((record) => [record[0], record[1]])
        .equalTo((record) => [record[0], record[4]])
        .with((l, r) => [l[2], r[3]]),
  }),
  operatorCase("Join.JoinNestedPojoAgainstTupleSelectedUsingString", {
    covers: ["B036", "B082", "T012"],
    operators: ["join"],
    keyKinds: ["nested path", "position"],
    build: (env) => sets.smallPojos(env).join(sets.smallTuples7(env)).where("nestedPojo.longNumber").equalTo(6),
  }),
  operatorCase("Join.SelectingMultipleFieldsUsingExpressionLanguage", {
    covers: ["B036", "B082", "T012"],
    operators: ["join"],
    keyKinds: ["nested path", "position", "several fields"],
    build: (env) =>
      sets
        .smallPojos(env)
        .join(sets.smallTuples7(env))
        .where("nestedPojo.longNumber", "number", "str")
        .equalTo(6, 0, 1),
  }),
  operatorCase("Join.NestedIntoTupleIntoPojo", {
    covers: ["B036", "B082", "T012"],
    operators: ["join"],
    keyKinds: ["nested path", "position", "several fields"],
    build: (env) =>
      sets
        .smallPojos(env)
        .join(sets.smallTuples7(env))
        .where("nestedTupleWithCustom.0", "nestedTupleWithCustom.1.myInt", "nestedTupleWithCustom.1.myLong")
        .equalTo(2, 3, 4),
  }),
  operatorCase("Join.NonPojoToVerifyFullTupleKeys", {
    covers: ["B036", "B080", "T012"],
    operators: ["join"],
    keyKinds: ["selector", "nested path"],
    rule: "A nested tuple is one key; to meet several fields it is given by a key function that returns it",
    build: (env) =>
      sets
        .smallNested(env)
        .join(sets.smallNested(env))
        .where((record) => record[0])
        .equalTo("0.0", "0.1"),
  }),
  operatorCase("Join.NonPojoToVerifyNestedTupleElementSelection", {
    covers: ["B036", "B082", "T012"],
    operators: ["join"],
    keyKinds: ["nested path"],
    build: (env) => sets.smallNested(env).join(sets.smallNested(env)).where("0.0").equalTo("0.0"),
  }),
  operatorCase("Join.FullPojoWithFullTuple", {
    covers: ["B036", "B082", "T012"],
    operators: ["join"],
    keyKinds: ["tuple selector", "several fields"],
    rule: "A row and a tuple are never equal as whole records, so the row's fields are named in the order of the tuple's",
    build: (env) =>
      sets
        .smallPojos(env)
        .join(sets.tuples7LikePojos(env))
        .where(
          "nestedPojo.longNumber",
          "nestedTupleWithCustom.0",
          "nestedTupleWithCustom.1.myInt",
          "nestedTupleWithCustom.1.myLong",
          "nestedTupleWithCustom.1.myString",
          "number",
          "str",
        )
        .equalTo(0, 1, 2, 3, 4, 5, 6),
  }),
  operatorCase("Join.NonPojoToVerifyNestedTupleElementSelectionWithFirstKeyFieldGreaterThanZero", {
    covers: ["B036", "B082", "T012"],
    operators: ["join"],
    keyKinds: ["position", "nested path"],
    build: (env) => {
      const pairs = sets.smallTuples3(env).join(sets.smallTuples3(env)).where(0).equalTo(0);
      return pairs.join(pairs).where("1.0").equalTo("0.0");
    },
  }),
];
