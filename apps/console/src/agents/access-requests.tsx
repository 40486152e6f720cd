import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type AccessPolicy, type AccessRequest, type Agent, REQUEST_STATUSES } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useLinkApi } from "../api/use-link-api.js";
import { Block, Note, Row, Rows } from "../ui/block.js";
import { Button } from "../ui/button.js";
import { keepFocus } from "../ui/keep-focus.js";
import { notify } from "../ui/notify.js";
import { QueryView } from "../ui/query-view.js";
import { refusalOf } from "../ui/refusal.js";
import { Select } from "../ui/select.js";
import { Status, type Tone } from "../ui/status.js";
import { Time } from "../ui/time.js";

const STATES: Record<AccessRequest["status"], { word: string; tone: Tone }> = {
  pending: { word: "Waiting", tone: "warn" },
  approved: { word: "Approved", tone: "good" },
  denied: { word: "Denied", tone: "neutral" },
};
const OPTIONS = [
  ...REQUEST_STATUSES.map((value) => ({ value: value as string, label: STATES[value].word })),
  { value: "", label: "All" },
];

/** Requests for access; a decision may be changed later. */
export function AccessRequests({ agent, mode }: { agent: Agent; mode: AccessPolicy["mode"] }) {
  const api = useLinkApi();
  const [status, setStatus] = useState("pending");
  const query = useQuery({
    queryKey: ["access-requests", agent.id, status],
    queryFn: answered(() => api.accessRequests(agent.id, status)),
  });
  const decide = useMutation({
    mutationFn: async ({ request, decision }: { request: AccessRequest; decision: "approve" | "deny" }) => {
      await answered(() => api.decideAccess(agent.id, request.id, decision))();
      await query.refetch();
      keepFocus();
      notify.good(
        decision === "approve"
          ? `${request.email} is approved and told so by mail.`
          : `${request.email} is denied; no mail is sent.`,
      );
    },
    onError: (error: unknown) => notify.problem(refusalOf(error).detail),
  });
  return (
    <Block
      title="Access requests"
      actions={<Select label="Which requests" hideLabel options={OPTIONS} value={status} onChange={setStatus} />}
    >
      <QueryView query={query}>
        {({ data, next_cursor: nextCursor }) => (
          <>
            {data.length === 0 && <NoRequests mode={mode} status={status} />}
            <Rows>
              {data.map((request) => (
                <RequestRow
                  key={request.id}
                  request={request}
                  onDecide={(decision) => decide.mutate({ request, decision })}
                />
              ))}
            </Rows>
            {nextCursor !== null && <Note>Only the newest {data.length} are shown.</Note>}
          </>
        )}
      </QueryView>
    </Block>
  );
}

function NoRequests({ mode, status }: { mode: AccessPolicy["mode"]; status: string }) {
  return (
    <Note>
      {status === "pending" ? "Nobody is waiting. " : "There are none. "}
      {mode === "approval"
        ? "People who confirm an address that is not on the list appear here."
        : "Requests come in while “Approved addresses” is chosen above."}
    </Note>
  );
}

interface RequestRowProps {
  request: AccessRequest;
  onDecide(decision: "approve" | "deny"): void;
}

function RequestRow({ request: { email, status, created_at: at, decided_at: decidedAt }, onDecide }: RequestRowProps) {
  return (
    <Row
      title={email}
      beside={<Status tone={STATES[status].tone}>{STATES[status].word}</Status>}
      facts={[
        <>
          asked <Time at={at} />
        </>,
        decidedAt && (
          <>
            decided <Time at={decidedAt} />
          </>
        ),
      ]}
      actions={
        <>
          {status !== "approved" && (
            <Button small aria-label={`Approve ${email}`} onClick={() => onDecide("approve")}>
              Approve
            </Button>
          )}
          {status !== "denied" && (
            <Button small look="danger" aria-label={`Deny ${email}`} onClick={() => onDecide("deny")}>
              Deny
            </Button>
          )}
        </>
      }
    />
  );
}
