import { MillraceError } from "../errors/index.js";

const PATTERN = /^([+-]?)(\d+)(?:\.(\d*))?$/;

/**
 * Is an exact decimal number: `unscaled / 10^scale`. Immutable. Two decimals of the same value are equal keys whatever
 * their scale.
 * @public
 */
export class Decimal {
  /** All digits as one integer. */
  readonly unscaled: bigint;
  /** How many of the digits stand after the point; at least 0. */
  readonly scale: number;

  constructor(unscaled: bigint, scale: number) {
    this.unscaled = unscaled;
    this.scale = scale;
  }

  /** Reads a decimal such as `"-12.50"`; throws INVALID_ARGUMENT for anything else. */
  static of(text: string): Decimal {
    const match = PATTERN.exec(text);
    if (match === null) {
      throw new MillraceError({
        code: "INVALID_ARGUMENT",
        what: `${JSON.stringify(text)} is no decimal number`,
        expected: "an optional sign, digits, and optionally a point and more digits",
      });
    }
    const fraction = match[3] ?? "";
    return new Decimal(BigInt(`${match[1] === "-" ? "-" : ""}${match[2]}${fraction}`), fraction.length);
  }

  /** Returns the same value with `scale` digits after the point; throws INVALID_ARGUMENT when digits would be lost. */
  withScale(scale: number): Decimal {
    if (scale >= this.scale) return new Decimal(this.unscaled * 10n ** BigInt(scale - this.scale), scale);
    const divisor = 10n ** BigInt(this.scale - scale);
    if (this.unscaled % divisor !== 0n) {
      throw new MillraceError({
        code: "INVALID_ARGUMENT",
        what: `The decimal ${this.toString()} has more than ${scale} digits after the point`,
        expected: `at most ${scale} digits after the point`,
      });
    }
    return new Decimal(this.unscaled / divisor, scale);
  }

  /** Returns a negative number, 0 or a positive number as this decimal is less than, equal to or greater than `other`. */
  compareTo(other: Decimal): number {
    const scale = Math.max(this.scale, other.scale);
    const a = this.withScale(scale).unscaled;
    const b = other.withScale(scale).unscaled;
    return a < b ? -1 : a > b ? 1 : 0;
  }

  /** Returns the exact sum. */
  plus(other: Decimal): Decimal {
    const scale = Math.max(this.scale, other.scale);
    return new Decimal(this.withScale(scale).unscaled + other.withScale(scale).unscaled, scale);
  }

  /** Returns the nearest number; digits beyond a number's precision are lost. */
  toNumber(): number {
    return Number(this.toString());
  }

  /** Returns the digits with exactly `scale` of them after the point, such as `-12.50`. */
  toString(): string {
    const sign = this.unscaled < 0n ? "-" : "";
    const digits = (this.unscaled < 0n ? -this.unscaled : this.unscaled).toString().padStart(this.scale + 1, "0");
    if (this.scale === 0) return sign + digits;
    return `${sign}${digits.slice(0, -this.scale)}.${digits.slice(-this.scale)}`;
  }

  /** Returns the text of {@link Decimal.toString}. */
  toJSON(): string {
    return this.toString();
  }
}
