import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type AccessPolicy, type AccessRequest, type Agent, REQUEST_STATUSES } from "../api/answers.js";
import type { Problem } from "../api/problem.js";
import { answered } from "../api/query.js";
import { useLinkApi } from "../api/use-link-api.js";
import { keepFocus } from "../ui/keep-focus.js";
import { notify } from "../ui/notify.js";
import { ProblemCard } from "../ui/problem-card.js";
import { QueryView } from "../ui/query-view.js";
import { Time } from "../ui/time.js";

const WORDS: Record<AccessRequest["status"], string> = { pending: "Waiting", approved: "Approved", denied: "Denied" };

/** Who asked to be let in; a decision may be changed later. */
export function AccessRequests({ agent, mode }: { agent: Agent; mode: AccessPolicy["mode"] }) {
  const api = useLinkApi();
  const [status, setStatus] = useState<string>("pending");
  const query = useQuery({
    queryKey: ["access-requests", agent.id, status],
    queryFn: answered(() => api.accessRequests(agent.id, status)),
  });
  const [problem, setProblem] = useState<Problem | null>(null);
  const decide = async (request: AccessRequest, decision: "approve" | "deny"): Promise<void> => {
    const answer = await api.decideAccess(agent.id, request.id, decision);
    if (answer.type !== "ok") return setProblem(answer);
    setProblem(null);
    await query.refetch();
    keepFocus();
    notify.good(
      decision === "approve"
        ? `${request.email} is approved and told so by mail.`
        : `${request.email} is denied; no mail is sent.`,
    );
  };
  return (
    <section className="block" aria-labelledby="requests-title">
      <div className="block-head wrap">
        <h2 id="requests-title">Access requests</h2>
        <select
          className="input small"
          aria-label="Which requests"
          value={status}
          onChange={(event) => setStatus(event.currentTarget.value)}
        >
          {REQUEST_STATUSES.map((known) => (
            <option key={known} value={known}>
              {WORDS[known]}
            </option>
          ))}
          <option value="">All</option>
        </select>
      </div>
      {problem && <ProblemCard problem={problem} />}
      <QueryView query={query}>
        {({ data, next_cursor: nextCursor }) => (
          <>
            {data.length === 0 && <NoRequests mode={mode} status={status} />}
            <ul className="rows">
              {data.map((request) => (
                <RequestRow
                  key={request.id}
                  request={request}
                  onDecide={(decision) => void decide(request, decision)}
                />
              ))}
            </ul>
            {nextCursor !== null && <p className="help more">Only the newest {data.length} are shown.</p>}
          </>
        )}
      </QueryView>
    </section>
  );
}

function NoRequests({ mode, status }: { mode: AccessPolicy["mode"]; status: string }) {
  return (
    <p className="note">
      {status === "pending" ? "Nobody is waiting. " : "There are none. "}
      {mode === "approval"
        ? "Whoever confirms an address that is not on the list appears here."
        : "Requests come in while “Approved addresses” is chosen above."}
    </p>
  );
}

interface RequestRowProps {
  request: AccessRequest;
  onDecide(decision: "approve" | "deny"): void;
}

function RequestRow({ request, onDecide }: RequestRowProps) {
  return (
    <li className="row with-actions">
      <div>
        <div className="row-main">
          <h3 className="row-title">{request.email}</h3>
          <span
            className={`chip ${request.status === "approved" ? "active" : request.status === "pending" ? "full" : ""}`}
          >
            {WORDS[request.status]}
          </span>
        </div>
        <p className="row-facts">
          <span>
            asked <Time at={request.created_at} />
          </span>
          {request.decided_at && (
            <span>
              decided <Time at={request.decided_at} />
            </span>
          )}
        </p>
      </div>
      <div className="actions">
        {request.status !== "approved" && (
          <button
            type="button"
            className="button quiet small"
            aria-label={`Approve ${request.email}`}
            onClick={() => onDecide("approve")}
          >
            Approve
          </button>
        )}
        {request.status !== "denied" && (
          <button
            type="button"
            className="button quiet small risky"
            aria-label={`Deny ${request.email}`}
            onClick={() => onDecide("deny")}
          >
            Deny
          </button>
        )}
      </div>
    </li>
  );
}
