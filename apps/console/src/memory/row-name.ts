/**
 * Identifies a person's row in the address of the page, which stays in histories and logs where no e-mail address belongs. Short,
 * deterministic, and not reversible: it reveals only that it is the same row.
 */
export function rowName(address: string): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < address.length; index += 1) {
    const code = address.charCodeAt(index);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  return (4294967296 * (2097151 & high) + (low >>> 0)).toString(36);
}
