import { useQuery } from "@tanstack/react-query";
import type { Mail } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import { answered } from "../api/query.js";
import { PageHeader } from "../parts/page-header.js";
import { Empty, WhenReady } from "../parts/states.js";
import { Time } from "../parts/time.js";

const SHOWN = 100;

/** Mails that would have been sent, where no mail server is configured. */
export function MailPage() {
  const api = useApi();
  const query = useQuery({ queryKey: ["mail", SHOWN], queryFn: answered(() => api.mails(SHOWN)) });
  const gone = query.error?.problem.status === 404;
  return (
    <>
      <PageHeader title="Mail" lead="No mail server is configured, so mails are kept here instead of being sent.">
        <button type="button" className="button quiet" onClick={() => void query.refetch()}>
          Refresh
        </button>
      </PageHeader>
      {gone ? (
        <Empty title="Mails are sent">
          <p>A mail server is configured, so there is nothing to see here.</p>
        </Empty>
      ) : (
        <WhenReady query={query}>{({ data }) => (data.length === 0 ? <NoMails /> : <Mails mails={data} />)}</WhenReady>
      )}
    </>
  );
}

function NoMails() {
  return (
    <Empty title="No mails yet">
      <p>
        Open a link that asks for an e-mail address and type any address: the code appears here. So do the mails about
        access requests.
      </p>
    </Empty>
  );
}

function Mails({ mails }: { mails: Mail[] }) {
  return (
    <ul className="rows">
      {mails.map((mail, index) => (
        <li key={mail.id} className="row">
          <details open={index === 0}>
            <summary className="mail-head">
              <span className="row-title" dir="auto">
                {mail.subject}
              </span>
              <span className="row-facts">
                <span>to {mail.to}</span>
                <Time value={mail.created_at} />
              </span>
            </summary>
            <pre className="mail-text" dir="auto">
              {mail.text}
            </pre>
          </details>
        </li>
      ))}
    </ul>
  );
}
