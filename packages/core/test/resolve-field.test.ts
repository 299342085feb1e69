import { expect, test } from "vitest";
import { flatFields, MillraceError, nearNames, parseFieldPath, resolveField, types } from "../src/index.js";

const order = types.row({
  id: types.int32,
  customer: types.nullable(
    types.row({ name: types.string, address: types.row({ zip: types.string, city: types.optional(types.string) }) }),
  ),
  point: types.tuple(types.float64, types.row({ b: types.int32, a: types.int32 })),
  extra: types.any,
  event: types.variant("kind", {
    click: types.row({ x: types.int32, note: types.string }),
    key: types.row({ code: types.string, note: types.int32 }),
  }),
});

function resolved(path: string | number): string {
  const { type, isNullable } = resolveField(order, parseFieldPath(path));
  return `${String(type)}${isNullable ? "?" : ""}`;
}

function errorOf(path: string): MillraceError {
  try {
    resolveField(order, parseFieldPath(path));
  } catch (error) {
    if (error instanceof MillraceError) return error;
  }
  throw new Error("it did not throw");
}

test("[F7] a path leads to a type; below what may be null everything may be null", () => {
  expect(resolved("id")).toBe("int32");
  expect(resolved("customer.name")).toBe("string?");
  expect(resolved("customer.address.city")).toBe("string?");
  expect(resolved("point.0")).toBe("float64");
  expect(resolved("point.1.a")).toBe("int32");
});

test("[F8] below any everything is any; a variant has its tag and the fields of its cases", () => {
  expect(resolved("extra.a.b")).toBe("any?");
  expect(resolved("event.kind")).toBe("string?");
  expect(resolved("event.x")).toBe("int32?");
  expect(resolved("event.note")).toBe("any?");
});

test("[F9] an unknown field is an error that lists the fields and names the near ones", () => {
  const error = errorOf("customer.adress.zip");
  expect(error.code).toBe("UNKNOWN_FIELD");
  expect(error.what).toMatch(/^There is no field "customer\.adress"/);
  expect(error.expected).toBe('one of "customer.name", "customer.address"');
  expect(error.fix).toBe('Did you mean "customer.address"?');
  expect(errorOf("ID").fix).toBe('Did you mean "id"?');
  expect(errorOf("something").fix).toBeUndefined();
  expect(errorOf("point.2").expected).toBe('one of "point.0", "point.1"');
  expect(errorOf("id.x").expected).toBe("a path that ends there");
});

test("[F10] a composite stands for its flat fields: rows by name, tuples by position", () => {
  const paths = (path: string): string[] =>
    flatFields(order, parseFieldPath(path)).map((field) => field.segments.join("/"));
  expect(paths("*")).toEqual([
    "customer/address/city",
    "customer/address/zip",
    "customer/name",
    "event",
    "extra",
    "id",
    "point/0",
    "point/1/a",
    "point/1/b",
  ]);
  expect(paths("point.*")).toEqual(["point/0", "point/1/a", "point/1/b"]);
  expect(paths("id")).toEqual(["id"]);
  expect(flatFields(order, parseFieldPath("customer")).every((field) => field.isNullable)).toBe(true);
});

test("[F9] near names: case, exchanged, missing and additional letters", () => {
  const names = ["customerId", "amount", "name"];
  expect(nearNames("customerid", names)).toEqual(["customerId"]);
  expect(nearNames("amuont", names)).toEqual(["amount"]);
  expect(nearNames("nme", names)).toEqual(["name"]);
  expect(nearNames("xyz", names)).toEqual([]);
  expect(nearNames("", names)).toEqual([]);
});
