import { useLoad } from "../parts/use-load.js";
import type { SecurityEvent } from "../api/answers.js";
import { pathOf } from "../app/route.js";
import { useApi } from "../api/api-context.js";
import { WhenReady } from "../parts/states.js";
import { Time } from "../parts/time.js";

const KINDS: Record<string, string> = {
  rate_limited: "Too fast: asked to wait",
  adaptive_tightened: "Limits tightened after abuse",
  pin_failures: "Wrong PINs",
  verification_failures: "Wrong codes",
  origin_refused: "Refused: another site",
  address_refused: "Refused: network",
  country_refused: "Refused: country",
  suspicious_content: "Suspicious content",
  proof_failed: "Proof against robots failed",
  output_withheld: "Answer withheld",
  request_replayed: "Signed request sent again",
  identity_refused: "Identity of your site refused",
};
const DAYS = 30;

/** What the defences of a link noticed, newest first. */
export function SecurityEvents({ link }: { link: string }) {
  const api = useApi();
  const { loaded, reload } = useLoad(`security ${link}`, () => api.securityEvents(link, DAYS));
  return (
    <section class="block" aria-labelledby="security-title">
      <h2 id="security-title">Security</h2>
      <WhenReady loaded={loaded} onRetry={() => void reload()}>
        {({ data, next_cursor: nextCursor }) =>
          data.length === 0 ? (
            <p class="note">
              Nothing in the last {DAYS} days. Limits that were reached, wrong PINs and codes, and refused places appear
              here, without any text or address of a visitor.
            </p>
          ) : (
            <>
              <ul class="rows">
                {data.map((event) => (
                  <EventRow key={event.id} event={event} />
                ))}
              </ul>
              {nextCursor !== null && <p class="help more">Only the newest {data.length} are shown.</p>}
            </>
          )
        }
      </WhenReady>
    </section>
  );
}

function EventRow({ event }: { event: SecurityEvent }) {
  return (
    <li class="row">
      <div class="row-main">
        <h3 class="row-title">{KINDS[event.kind] ?? event.kind}</h3>
        {event.count > 1 && <span class="chip warning">{event.count.toLocaleString("en")} times</span>}
      </div>
      <p class="row-facts">
        <span>
          <Time value={event.at} />
        </span>
        {event.scope && <span>{event.scope.replaceAll("_", " ")}</span>}
        {event.country && <span>{event.country}</span>}
        {event.session_id && <a href={pathOf({ page: "session", id: event.session_id })}>Session</a>}
      </p>
    </li>
  );
}
