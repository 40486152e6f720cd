import { useQuery } from "@tanstack/react-query";
import type { SecurityEvent } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useLinkApi } from "../api/use-link-api.js";
import { Link } from "../parts/link.js";
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
  const api = useLinkApi();
  const query = useQuery({
    queryKey: ["link", link, "security-events"],
    queryFn: answered(() => api.securityEvents(link, DAYS)),
  });
  return (
    <section className="block" aria-labelledby="security-title">
      <h2 id="security-title">Security</h2>
      <WhenReady query={query}>
        {({ data, next_cursor: nextCursor }) =>
          data.length === 0 ? (
            <p className="note">
              Nothing in the last {DAYS} days. Limits that were reached, wrong PINs and codes, and refused places appear
              here, without any text or address of a visitor.
            </p>
          ) : (
            <>
              <ul className="rows">
                {data.map((event) => (
                  <EventRow key={event.id} event={event} />
                ))}
              </ul>
              {nextCursor !== null && <p className="help more">Only the newest {data.length} are shown.</p>}
            </>
          )
        }
      </WhenReady>
    </section>
  );
}

function EventRow({ event }: { event: SecurityEvent }) {
  return (
    <li className="row">
      <div className="row-main">
        <h3 className="row-title">{KINDS[event.kind] ?? event.kind}</h3>
        {event.count > 1 && <span className="chip warning">{event.count.toLocaleString("en")} times</span>}
      </div>
      <p className="row-facts">
        <span>
          <Time value={event.at} />
        </span>
        {event.scope && <span>{event.scope.replaceAll("_", " ")}</span>}
        {event.country && <span>{event.country}</span>}
        {event.session_id && (
          <Link to="/sessions/$id" params={{ id: event.session_id }}>
            Session
          </Link>
        )}
      </p>
    </li>
  );
}
