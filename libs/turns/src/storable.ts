/** Text as PostgreSQL can keep it: a model may say NUL or half a surrogate pair, and neither means anything. */
export const storable = (text: string): string => text.replaceAll("\u0000", "").replace(/\p{Cs}/gu, "\uFFFD");
