export { brandedClass, brandOf } from "./branded-classes.js";
