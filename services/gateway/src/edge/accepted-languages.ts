import type { FastifyRequest } from "fastify";

const MAX_HEADER = 1_000;
const MAX_LANGUAGES = 10;
const ENTRY = /^([a-z]{2,8}(?:-[a-z0-9]{1,8})*)(?:\s*;\s*q=([01](?:\.\d{0,3})?))?$/i;

/**
 * The languages of `Accept-Language` (RFC 9110, 12.5.4), most preferred first: at most ten tags. Undefined without any.
 * Malformed tags are skipped, because they do no harm.
 */
export function acceptedLanguages(request: Pick<FastifyRequest, "headers">): string[] | undefined {
  const header = (request.headers["accept-language"] ?? "").slice(0, MAX_HEADER);
  const wishes = header.split(",").flatMap((entry) => {
    const [, tag, quality = "1"] = ENTRY.exec(entry.trim()) ?? [];
    return tag !== undefined && Number(quality) > 0 ? [{ tag, quality: Number(quality) }] : [];
  });
  // The sort is stable: tags of equal quality stay in their given order.
  const tags = wishes.sort((one, other) => other.quality - one.quality).map(({ tag }) => tag);
  return tags.length === 0 ? undefined : tags.slice(0, MAX_LANGUAGES);
}
