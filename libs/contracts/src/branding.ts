import { z } from "zod";
import { isInlineImage, matchesDeclaredType } from "./inline-image.js";

/** Room for a picture of 128 × 128 in an answer that every visitor loads. */
const MAX_INLINE_LOGO = 40_000;
const MAX_ADDRESS = 4_096;
const MAX_JSON = 16_384;
const COLOUR = /^\s*#(?:[0-9a-f]{3}|[0-9a-f]{6})\s*$/i;

/** The shape alone: what was kept before a rule of `branding` was there still reads. */
export const storedBranding = z
  .looseObject({
    /** Shown in place of the agent's name. */
    name: z.string().max(200).nullable(),
    /** An inline image (`data:image/png|jpeg|gif|webp;base64,…`) stands on the chat page; a URL, of at most 4096 characters, is only passed on. */
    logo: z
      .string()
      .max(MAX_INLINE_LOGO)
      .regex(/^(https?:\/\/|data:image\/(png|jpeg|gif|webp);base64,)/, "must be an http(s) address or an inline image")
      .nullable(),
    /** `accent`, else `primary`, colours the page: `#rgb` or `#rrggbb`. Other names are free. */
    colours: z.record(z.string().max(64), z.string().max(64)),
    /** BCP 47. */
    locale: z
      .string()
      .max(35)
      .regex(/^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$/, "must be a language tag")
      .nullable(),
  })
  .partial();
export type Branding = z.infer<typeof storedBranding>;

/** How the page looks; what it does not know it ignores. Given as a whole: a change replaces all of it. */
export const branding = storedBranding.superRefine((value, context) => {
  const tell = (message: string, ...path: string[]): void => context.addIssue({ code: "custom", message, path });
  const logo = value.logo ?? "";
  if (isInlineImage(logo)) {
    if (!matchesDeclaredType(logo)) tell("must be base64 of an image of the type it names", "logo");
  } else if (logo.length > MAX_ADDRESS) tell(`must have at most ${MAX_ADDRESS} characters as an address`, "logo");
  for (const [member, problem] of wrongWords(value)) tell(problem, member);
  for (const path of wrongColours(value)) tell("must be a colour such as #0f6b60", ...path);
  if (JSON.stringify(withoutInlineLogo(value)).length > MAX_JSON)
    tell("must be at most 16 KiB of JSON, besides an inline logo");
});

/** `operator`: who runs the chat, at most 200 characters. `privacy_url`: what they say becomes of it, an https address. */
function wrongWords({ operator, privacy_url }: Branding): [member: string, problem: string][] {
  const wrong: [string, string][] = [];
  if (operator != null && !(typeof operator === "string" && operator.length <= 200))
    wrong.push(["operator", "must be a text of at most 200 characters"]);
  const isAddress = typeof privacy_url === "string" && privacy_url.length <= 2_000 && /^https:\/\//i.test(privacy_url);
  if (privacy_url != null && !(isAddress && URL.canParse(privacy_url)))
    wrong.push(["privacy_url", "must be an https address of at most 2000 characters"]);
  return wrong;
}

/** Where a colour stands that the page would read and could not use. */
function wrongColours(value: Branding): string[][] {
  const places = [["colour"], ["color"], ["colours", "accent"], ["colours", "primary"]];
  return places.filter(([member = "", name]) => {
    const colour = name === undefined ? value[member] : value.colours?.[name];
    return colour != null && !(typeof colour === "string" && COLOUR.test(colour));
  });
}

/** A branding for where nobody looks at it: an inline logo is as large as everything else of a link together. */
export function withoutInlineLogo<T extends Record<string, unknown>>(value: T): Omit<T, "logo"> | T {
  const { logo, ...rest } = value;
  return typeof logo === "string" && isInlineImage(logo) ? rest : value;
}

/** A link's policy for a message about its sessions: they need no picture, and the message need not carry one. */
export const withoutLogo = <P extends { branding: Record<string, unknown> }>(policy: P): P => ({
  ...policy,
  branding: withoutInlineLogo(policy.branding),
});
