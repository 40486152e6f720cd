import { useQuery } from "@tanstack/react-query";
import type { SecurityEvent } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useLinkApi } from "../api/use-link-api.js";
import { Block, Note, Row, Rows } from "../ui/block.js";
import { Link } from "../ui/link.js";
import { QueryView } from "../ui/query-view.js";
import { Chip } from "../ui/status.js";
import { Time } from "../ui/time.js";

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

/** Security events of a link, newest first. */
export function SecurityEvents({ link }: { link: string }) {
  const api = useLinkApi();
  const query = useQuery({
    queryKey: ["link", link, "security-events"],
    queryFn: answered(() => api.securityEvents(link, DAYS)),
  });
  return (
    <Block title="Security">
      <QueryView query={query}>
        {({ data, next_cursor: nextCursor }) =>
          data.length === 0 ? (
            <Note>
              Nothing in the last {DAYS} days. Limits that were reached, wrong PINs and codes, and refused places appear
              here, without any text or address of a visitor.
            </Note>
          ) : (
            <>
              <Rows>
                {data.map((event) => (
                  <EventRow key={event.id} event={event} />
                ))}
              </Rows>
              {nextCursor !== null && <Note>Only the newest {data.length} are shown.</Note>}
            </>
          )
        }
      </QueryView>
    </Block>
  );
}

function EventRow({ event }: { event: SecurityEvent }) {
  return (
    <Row
      title={KINDS[event.kind] ?? event.kind}
      beside={event.count > 1 && <Chip tone="warn">{event.count.toLocaleString()} times</Chip>}
      facts={[
        <Time key="at" at={event.at} />,
        event.scope?.replaceAll("_", " "),
        event.country,
        event.session_id && (
          <Link to="/sessions/$id" params={{ id: event.session_id }}>
            Session
          </Link>
        ),
      ]}
    />
  );
}
