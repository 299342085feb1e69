/** A helper of a user's, which a test replaces. */
export const triple = (x: number): number => x * 3;
