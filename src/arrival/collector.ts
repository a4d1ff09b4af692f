const HEAD_BYTES = 64 * 1024

/** Gathers a body; when its size is known beforehand, straight into its place, so that it is in memory once. */
export class Collector {
  #place: Buffer | null
  #filled = 0
  #chunks: Buffer[] = []

  /** @param sizeBytes  0 when it is not known */
  constructor(sizeBytes: number) {
    this.#place = sizeBytes > 0 ? Buffer.allocUnsafe(sizeBytes) : null
  }

  add(chunk: Buffer): void {
    if (this.#place !== null && this.#filled + chunk.length <= this.#place.length) {
      chunk.copy(this.#place, this.#filled)
      this.#filled += chunk.length
    } else {
      this.#chunks.push(chunk)
    }
  }

  whole(): Buffer {
    const placed = this.#place?.subarray(0, this.#filled)
    if (placed !== undefined && this.#chunks.length === 0) return placed
    return Buffer.concat(placed === undefined ? this.#chunks : [placed, ...this.#chunks])
  }

  /** The beginning as text, enough to guess what the request was about. */
  head(): string {
    const pieces = [...(this.#place === null ? [] : [this.#place.subarray(0, this.#filled)]), ...this.#chunks]
    return Buffer.concat(pieces, Math.min(HEAD_BYTES, sum(pieces))).toString('utf8')
  }

  /** Forgets everything. */
  drop(): void {
    this.#place = null
    this.#filled = 0
    this.#chunks = []
  }
}

const sum = (pieces: readonly Buffer[]): number => pieces.reduce((total, { length }) => total + length, 0)
