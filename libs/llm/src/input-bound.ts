import type { ClassifyRequest, ExtractRequest } from "./model.js";
import { classificationRequest } from "./openai/classification.js";
import { extractionRequest } from "./openai/extraction.js";
import { replyMessages } from "./openai/reply-messages.js";
import type { StructuredRequest } from "./openai/structured-request.js";

/** Tokens that a server's chat template adds to one message: markers, role, line ends; and to the whole request. */
const PER_MESSAGE = 16;
const PER_REQUEST = 64;

/**
 * An upper bound on the tokens of a text for any byte-pair encoding: every token covers at least one byte. Encodings that normalize
 * first see the text's compatibility form, which can be longer; a start marker may be added.
 */
export function tokenBound(text: string): number {
  const bytes = Buffer.byteLength(text);
  // ASCII is its own normal form.
  if (bytes === text.length) return bytes + 1;
  return Math.max(bytes, Buffer.byteLength(text.normalize("NFKC"))) + 1;
}

/** Upper bound on the input tokens of this request, whatever model answers it. */
export function replyInputBound(request: Parameters<typeof replyMessages>[0]): number {
  return replyMessages(request).reduce((sum, { content }) => sum + tokenBound(content) + PER_MESSAGE, PER_REQUEST);
}

export const extractInputBound = (request: ExtractRequest): number => structuredInputBound(extractionRequest(request));

export const classifyInputBound = (request: ClassifyRequest): number =>
  structuredInputBound(classificationRequest(request));

/** Structured answers have a minimum below which their JSON would be cut off; the request raises a smaller limit to it. */
export const extractOutput = (request: ExtractRequest): { most: number; least: number } => ({
  most: extractionRequest(request).settings.max_tokens,
  least: extractionRequest({ ...request, settings: { ...request.settings, max_tokens: 1 } }).settings.max_tokens,
});

export const classifyOutput = (request: ClassifyRequest): { most: number; least: number } => ({
  most: classificationRequest(request).settings.max_tokens,
  least: classificationRequest({ ...request, settings: { ...request.settings, max_tokens: 1 } }).settings.max_tokens,
});

/** The schema is sent once: as `response_format`, which servers rewrite into the prompt, or as text. */
export function structuredInputBound({ system, data, schema }: StructuredRequest): number {
  const texts = [system, JSON.stringify(data)].reduce((sum, text) => sum + tokenBound(text) + PER_MESSAGE, PER_REQUEST);
  return texts + 2 * tokenBound(JSON.stringify(schema)) + PER_REQUEST;
}
