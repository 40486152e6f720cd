import { record, text } from "@parley/web-kit";

const SCRIPT = "https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit";
const TIMEOUT_MS = 120_000;

/** The part of Turnstile's interface that is used. */
interface Turnstile {
  render(
    at: HTMLElement,
    options: {
      sitekey: string;
      cData: string;
      callback(token: string): void;
      "error-callback"(): void;
      "expired-callback"(): void;
    },
  ): string;
  remove(widget: string): void;
}

/** Site key and binding of a Turnstile challenge; null when the challenge is of another kind. */
export function readTurnstile(body: unknown): { siteKey: string; cdata: string } | null {
  const { provider, site_key, cdata } = record(body);
  const [siteKey, binding] = [text(site_key), text(cdata)];
  return provider === "turnstile" && siteKey !== null && binding !== null ? { siteKey, cdata: binding } : null;
}

/**
 * Has Turnstile check the visitor, where the operator has chosen it over the built-in check; only then is anything loaded from elsewhere.
 * Returns its token, null when it cannot be loaded, refuses, or takes longer than two minutes.
 */
export async function solveTurnstile({ siteKey, cdata }: { siteKey: string; cdata: string }): Promise<string | null> {
  const turnstile = await loadTurnstile();
  if (turnstile === null) return null;
  const place = document.createElement("div");
  place.className = "turnstile";
  (document.querySelector("main") ?? document.body).append(place);
  let widget: string | null = null;
  try {
    return await new Promise<string | null>((resolve) => {
      setTimeout(() => resolve(null), TIMEOUT_MS);
      widget = turnstile.render(place, {
        sitekey: siteKey,
        cData: cdata,
        callback: resolve,
        "error-callback": () => resolve(null),
        "expired-callback": () => resolve(null),
      });
    });
  } finally {
    if (widget !== null) turnstile.remove(widget);
    place.remove();
  }
}

async function loadTurnstile(): Promise<Turnstile | null> {
  const loaded = ready();
  if (loaded !== null) return loaded;
  const script = document.createElement("script");
  script.src = SCRIPT;
  script.async = true;
  const came = await new Promise<boolean>((resolve) => {
    script.addEventListener("load", () => resolve(true), { once: true });
    script.addEventListener("error", () => resolve(false), { once: true });
    setTimeout(() => resolve(false), TIMEOUT_MS);
    document.head.append(script);
  });
  if (!came) script.remove();
  return ready();
}

function ready(): Turnstile | null {
  const found: unknown = Reflect.get(globalThis, "turnstile");
  return isTurnstile(found) ? found : null;
}

const isTurnstile = (value: unknown): value is Turnstile =>
  typeof value === "object" && value !== null && "render" in value && "remove" in value;
