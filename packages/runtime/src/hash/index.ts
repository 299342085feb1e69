export { minHashGroupPages } from "./hash-groups.js";
export { minHashJoinPages } from "./join-table.js";
