export { minHashJoinPages } from "./join-table.js";
