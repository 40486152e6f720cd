/** The same direction with length 1, so that an inner product is a cosine. A vector without a direction stays as it is. */
export function unitVector(vector: readonly number[]): number[] {
  const length = Math.hypot(...vector);
  return length === 0 ? [...vector] : vector.map((value) => value / length);
}
