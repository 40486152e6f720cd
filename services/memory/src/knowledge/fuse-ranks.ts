export interface Hit {
  documentId: string;
  n: number;
  score: number;
}

interface Ranked {
  rank: number;
  score: number;
}

export interface Fused {
  documentId: string;
  n: number;
  score: number;
  fts: Ranked | null;
  vector: Ranked | null;
}

/**
 * Reciprocal rank fusion: a passage gets `weight / (k + rank)` from each list it is in, so that scores of different kinds are never
 * compared. Best first; equal scores by document and place, so that the order is deterministic.
 */
export function fuseRanks(
  lists: { fts: readonly Hit[]; vector: readonly Hit[] },
  settings: { rrf_k: number; fts_weight: number; vector_weight: number; top_k: number },
): Fused[] {
  const fused = new Map<string, Fused>();
  const count = (kind: "fts" | "vector", weight: number): void => {
    // A method without weight does not contribute passages either.
    if (weight === 0) return;
    for (const [index, { documentId, n, score }] of lists[kind].entries()) {
      const key = `${documentId}:${n}`;
      const known = fused.get(key) ?? { documentId, n, score: 0, fts: null, vector: null };
      known.score += weight / (settings.rrf_k + index + 1);
      known[kind] = { rank: index + 1, score };
      fused.set(key, known);
    }
  };
  count("fts", settings.fts_weight);
  count("vector", settings.vector_weight);
  return [...fused.values()]
    .sort((a, b) => b.score - a.score || a.documentId.localeCompare(b.documentId) || a.n - b.n)
    .slice(0, settings.top_k);
}
