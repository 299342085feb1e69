export const ten = 10;
export const square = (x) => x * x;
