// A user's module that the corpus imports. Its state shows whether it is run again.
export let counter = 0;
export const increase = () => {
  counter++;
};
export const random = Math.random();
export const double = (x) => x * 2;
export function quadruple(x) {
  return double(double(x));
}
export default function describe(value) {
  return `value ${value}`;
}
export class Point {
  static made = 0;
  constructor(x, y) {
    this.x = x;
    this.y = y;
  }
  get length() {
    return Math.hypot(this.x, this.y);
  }
  static origin() {
    return new this(0, 0);
  }
}
export const table = { a: 1, b: { c: [1, 2, 3] } };
