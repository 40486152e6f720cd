const PROBE = "parley_probe=1";

/** Whether this browser stores a cookie of this page with these attributes. Only a trial shows it. */
function keeps(attributes: string): boolean {
  // biome-ignore lint/suspicious/noDocumentCookie: the newer cookie store is missing in many browsers, and this is a trial of its rules.
  const write = (cookie: string): string => (document.cookie = cookie);
  try {
    write(`${PROBE}; ${attributes}; Path=/public/chat`);
    const kept = document.cookie.includes(PROBE);
    write(`${PROBE}; ${attributes}; Path=/public/chat; Max-Age=0`);
    return kept;
  } catch {
    return false;
  }
}

const isFramed = (): boolean => window.parent !== window;

/** The page is the panel of the widget, in a frame of its host page. */
export const isPanel = (): boolean => isFramed() && new URLSearchParams(location.search).get("frame") === "widget";

/** The page is a preview in the console's link form. */
export const isPreview = (): boolean => isFramed() && new URLSearchParams(location.search).has("preview");

/**
 * How the browser treats this page's frame. `crossSite`: in a frame of another site, where browsers refuse an ordinary cookie; `blocked`:
 * not even a partitioned one is stored, so that the page has to carry the session itself.
 */
export interface Place {
  crossSite: boolean;
  blocked: boolean;
}

/** Tested at the first call: before the visitor has done something, nothing is stored, not even for a moment. */
export function lookAround(): () => Place {
  let place: Place | null = null;
  return () => {
    place ??= look();
    return place;
  };
}

function look(): Place {
  if (!isFramed() || keeps("SameSite=Strict")) return { crossSite: false, blocked: false };
  return { crossSite: true, blocked: !keeps("SameSite=None; Secure; Partitioned") };
}
