/** The reversed polynomial of CRC-32 (IEEE 802.3). */
const CRC32_POLYNOMIAL = 0xedb88320;
/** The two halves of the reversed polynomial of CRC-64 (ECMA-182). */
const CRC64_LOW = 0xd7870f42;
const CRC64_HIGH = 0xc96c5795;

const CRC32_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? CRC32_POLYNOMIAL : 0);
  return crc;
});

const CRC64_TABLE_LOW = new Int32Array(256);
const CRC64_TABLE_HIGH = new Int32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let [low, high] = [byte, 0];
  for (let bit = 0; bit < 8; bit++) {
    const isOdd = (low & 1) === 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (isOdd) {
      low ^= CRC64_LOW;
      high ^= CRC64_HIGH;
    }
  }
  CRC64_TABLE_LOW[byte] = low;
  CRC64_TABLE_HIGH[byte] = high;
}

/** Computes the CRC-32 that xz uses. @internal */
export class Crc32 {
  #crc = -1;

  update(bytes: Uint8Array): void {
    let crc = this.#crc;
    for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ CRC32_TABLE[(crc ^ bytes[i]!) & 0xff]!;
    this.#crc = crc;
  }

  /** Returns the checksum, lowest byte first. */
  digest(): Uint8Array {
    return littleEndian(~this.#crc);
  }
}

/** Computes the CRC-64 that xz uses, in two halves. @internal */
export class Crc64 {
  #low = -1;
  #high = -1;

  update(bytes: Uint8Array): void {
    let low = this.#low;
    let high = this.#high;
    for (let i = 0; i < bytes.length; i++) {
      const index = (low ^ bytes[i]!) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ CRC64_TABLE_LOW[index]!;
      high = (high >>> 8) ^ CRC64_TABLE_HIGH[index]!;
    }
    this.#low = low;
    this.#high = high;
  }

  /** Returns the checksum, lowest byte first. */
  digest(): Uint8Array {
    return Uint8Array.of(...littleEndian(~this.#low), ...littleEndian(~this.#high));
  }
}

function littleEndian(word: number): Uint8Array {
  return Uint8Array.of(word, word >>> 8, word >>> 16, word >>> 24);
}
