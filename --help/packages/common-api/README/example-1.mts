import { logical, type Operator } from "@millrace/common-api";

function describe(operator: Operator): string {
  const node = logical(operator);
  switch (node.kind) {
    case "map":
      return `calls ${node.function.method}`;
    case "join":
      return `${node.joinType} join of ${node.left.settings.name} and ${node.right.settings.name}`;
    default:
      return node.kind;
  }
}
console.log(describe.name);
