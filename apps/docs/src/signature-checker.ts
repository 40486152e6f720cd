import { computeSignature, type SignatureParts } from "@parley/client";

/** Seconds by which a timestamp may differ from the server's clock. */
const WINDOW_S = 300;

export interface CheckedRequest extends SignatureParts {
  key: string;
  /** What was sent as `X-Signature`. */
  signature: string;
}

/** What is wrong with a request, most likely reason first; empty = its signature is right. */
export async function findFaults(request: CheckedRequest, now: Date): Promise<string[]> {
  const { key, signature, ...parts } = request;
  const faults = shapeFaults(request, now);
  const right = await computeSignature(key, parts);
  if (signature === right) return faults;
  const reason = await reasonFor(request, right);
  return [reason ?? "The signature was made of another text or with another key.", ...faults];
}

function shapeFaults({ timestamp, nonce, target, method }: CheckedRequest, now: Date): string[] {
  const faults: string[] = [];
  if (/^\d{13}$/.test(timestamp)) faults.push("X-Timestamp is in milliseconds; it must be in seconds.");
  else if (!/^\d{10}$/.test(timestamp)) faults.push("X-Timestamp must be ten digits: seconds since 1970.");
  else {
    const seconds = Math.round(Math.abs(now.getTime() / 1_000 - Number(timestamp)));
    if (seconds > WINDOW_S)
      faults.push(`X-Timestamp differs by ${seconds} s from this computer's clock; ${WINDOW_S} s are allowed.`);
  }
  if (nonce !== undefined && !/^[\x21-\x7e]{16,128}$/.test(nonce))
    faults.push("X-Nonce must be 16 to 128 visible characters.");
  if (/^https?:/.test(target)) faults.push("Sign the path and the query alone, without scheme and host.");
  else if (!target.startsWith("/")) faults.push("The path must begin with a slash.");
  if (method !== method.toUpperCase()) faults.push("The method must be signed in capitals.");
  return faults;
}

type Variant = [Partial<SignatureParts & { key: string }>, string];

/** The usual mistakes, each tried: the one whose signature is the one that was sent is the reason. */
async function reasonFor({ key, signature, ...parts }: CheckedRequest, right: string): Promise<string | null> {
  if (signature.trim().toLowerCase() === right) return "X-Signature must be lower-case hex without anything around it.";
  if (signature.replace(/^(sha256=|v\d+[,=])/, "") === right) return "X-Signature is the bare hex, without a prefix.";
  if (signature === base64(right)) return "X-Signature is in Base64; it must be in hex.";
  for (const [change, reason] of variantsOf(key, parts)) {
    const { key: otherKey = key, ...otherParts } = change;
    if ((await computeSignature(otherKey, { ...parts, ...otherParts })) === signature) return reason;
  }
  return null;
}

function variantsOf(key: string, parts: SignatureParts): Variant[] {
  const variants: Variant[] = [
    [{ body: "" }, "The body was left out; its SHA-256 belongs to the signed text."],
    [{ target: parts.target.split("?")[0] ?? "" }, "The query was left out; it belongs to the signed path."],
    [{ target: decoded(parts.target) }, "The path was signed decoded; sign it as it is sent, with its % signs."],
    [{ key: key.trim() }, "The key has spaces or a line break around it."],
    [{ nonce: "" }, "X-Nonce was sent but not signed; it stands behind the timestamp."],
    [{ timestamp: `${parts.timestamp}000` }, "The timestamp was signed in milliseconds."],
    [{ timestamp: "" }, "The timestamp was left out of the signed text."],
    [{ body: `${parts.body}\n` }, "A line break at the end of the body was signed and not sent."],
  ];
  try {
    const value: unknown = JSON.parse(parts.body);
    variants.push([
      { body: JSON.stringify(value) },
      "The body was signed in another spelling than it was sent: sign the bytes that you send.",
    ]);
    variants.push([
      { body: JSON.stringify(value, null, 2) },
      "The body was signed in another spelling than it was sent: sign the bytes that you send.",
    ]);
  } catch {
    // Not JSON: there is no other spelling to try.
  }
  return variants;
}

function decoded(target: string): string {
  try {
    return decodeURIComponent(target);
  } catch {
    return target;
  }
}

const base64 = (hex: string): string =>
  btoa(String.fromCharCode(...(hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16))));

async function sha256Hex(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Connects the form of the checker, where the page has one. */
export function startSignatureChecker(page: Document): void {
  const form = page.querySelector<HTMLFormElement>("#checker");
  const verdict = page.querySelector<HTMLElement>("#verdict");
  if (form === null || verdict === null) return;
  const entered = (id: string): string => form.querySelector<HTMLInputElement>(`#${id}`)?.value ?? "";
  const time = form.querySelector<HTMLInputElement>("#timestamp");
  if (time !== null) time.value = String(Math.floor(Date.now() / 1_000));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const nonce = entered("nonce");
    const [method, target, timestamp, body] = [
      entered("method"),
      entered("target"),
      entered("timestamp"),
      entered("body"),
    ];
    const parts: SignatureParts = { timestamp, method, target, body, ...(nonce === "" ? {} : { nonce }) };
    const faults = await findFaults({ ...parts, key: entered("key"), signature: entered("signature") }, new Date());
    const signed = `${timestamp}${nonce}${method.toUpperCase()}${target}${await sha256Hex(body)}`;
    const right = await computeSignature(entered("key"), parts);
    verdict.replaceChildren(...verdictNodes(page, { faults, signed, right }));
  });
}

interface Verdict {
  faults: string[];
  signed: string;
  right: string;
}

function verdictNodes(page: Document, { faults, signed, right }: Verdict): HTMLElement[] {
  const element = (tag: string, text: string): HTMLElement => {
    const node = page.createElement(tag);
    node.textContent = text;
    return node;
  };
  const list = page.createElement("ul");
  list.append(...faults.map((fault) => element("li", fault)));
  return [
    element("h2", faults.length === 0 ? "This request is signed as the server expects it" : "What differs"),
    ...(faults.length === 0 ? [] : [list]),
    element("h3", "The server signs this text"),
    element("pre", signed),
    element("h3", "With your key this is"),
    element("pre", right),
  ];
}
