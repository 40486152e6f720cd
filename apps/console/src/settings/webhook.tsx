import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Webhook } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { webhookCalls } from "../api/webhook-calls.js";
import { followAttempt } from "../deliveries/follow-attempt.js";
import { WebhookDeliveries } from "../deliveries/webhook-deliveries.js";
import { Block, Buttons, Fact, Facts } from "../ui/block.js";
import { Button, LinkButton } from "../ui/button.js";
import { keepFocus } from "../ui/keep-focus.js";
import { Link } from "../ui/link.js";
import { notify } from "../ui/notify.js";
import { PageHeader } from "../ui/page-header.js";
import { QueryView } from "../ui/query-view.js";
import { refusalOf } from "../ui/refusal.js";
import { SecretOnce } from "../ui/secret-once.js";
import { Time } from "../ui/time.js";
import { Mono } from "../ui/values.js";
import styles from "./settings.module.css";
import { DeleteWebhookDialog, RotateSecretDialog } from "./webhook-dialogs.js";
import { WebhookStateNote, WebhookStatus, webhookName } from "./webhook-state.js";

const route = getRouteApi("/settings/webhooks/$id");

/** One receiver: whether it works, its deliveries, and its actions. */
export function WebhookPage() {
  const { id } = route.useParams();
  const api = useCalls(webhookCalls);
  const query = useQuery({ queryKey: ["webhook", id], queryFn: answered(() => api.webhook(id)), gcTime: 0 });
  return (
    <>
      <PageHeader
        title={query.data ? webhookName(query.data) : "Webhook"}
        parent={{ to: "/settings/webhooks", label: "Webhooks" }}
        lead={query.data && <Mono>{query.data.url}</Mono>}
      />
      <QueryView query={query}>{(webhook) => <Receiver webhook={webhook} reload={query.refetch} />}</QueryView>
    </>
  );
}

function Receiver({ webhook, reload }: { webhook: Webhook; reload(): Promise<unknown> }) {
  const { id, is_active: isActive } = webhook;
  const api = useCalls(webhookCalls);
  const client = useQueryClient();
  const navigate = useNavigate();
  const [secret, setSecret] = useState<string | null>(null);
  const [asking, setAsking] = useState<"delete" | "rotate" | null>(null);
  const onError = (error: unknown): void => notify.problem(refusalOf(error).detail);
  const setActive = useMutation({
    mutationFn: async (active: boolean) => {
      await answered(() => api.updateWebhook(id, { is_active: active }))();
      await reload();
      notify.good(active ? "The webhook is switched on." : "The webhook is disabled; what waits is not sent.");
    },
    onError,
  });
  const test = useMutation({
    mutationFn: answered(() => api.testWebhook(id)),
    onSuccess: () => {
      notify.good("A test is on its way; how it went is in the list below.");
      void followAttempt(client).then(reload);
    },
    onError,
  });
  const isOwn = webhook.agent_version === null;
  return (
    <div className={styles.receiver}>
      {secret !== null && (
        <SecretOnce
          title="Copy the new secret now"
          label="Signing secret"
          secret={secret}
          done={
            <Button
              onClick={() => {
                setSecret(null);
                keepFocus();
              }}
            >
              I have it
            </Button>
          }
        >
          It is shown only here, and is valid from now on.
        </SecretOnce>
      )}
      <WebhookStateNote webhook={webhook} busy={setActive.isPending} onEnable={() => setActive.mutate(true)} />
      <div role="toolbar" aria-label="Actions">
        <Buttons>
          {isActive && (
            <Button look="primary" busy={test.isPending} onClick={() => test.mutate()}>
              Send a test
            </Button>
          )}
          {isOwn && (
            <LinkButton to="/settings/webhooks/$id/edit" params={{ id }}>
              Change
            </LinkButton>
          )}
          {isOwn && <Button onClick={() => setAsking("rotate")}>New secret</Button>}
          {isActive && (
            <Button busy={setActive.isPending} onClick={() => setActive.mutate(false)}>
              Disable
            </Button>
          )}
          {isOwn && (
            <Button look="danger" onClick={() => setAsking("delete")}>
              Delete
            </Button>
          )}
        </Buttons>
      </div>
      <WebhookFacts webhook={webhook} />
      <Block title="Deliveries">
        <WebhookDeliveries of={webhook} />
      </Block>
      {asking === "delete" && (
        <DeleteWebhookDialog
          webhook={webhook}
          onDelete={async () => {
            await answered(() => api.deleteWebhook(id))();
            notify.good(`“${webhookName(webhook)}” is deleted.`);
            void client.invalidateQueries({ queryKey: ["webhooks"] });
            void navigate({ to: "/settings/webhooks" });
          }}
          onDisable={() => setActive.mutateAsync(false)}
          onClose={() => setAsking(null)}
        />
      )}
      {asking === "rotate" && (
        <RotateSecretDialog
          onRotate={async (overlapSeconds, key) => {
            setSecret((await answered(() => api.rotateWebhook(id, overlapSeconds, key))()).secret);
            await reload();
          }}
          onClose={() => setAsking(null)}
        />
      )}
    </div>
  );
}

function WebhookFacts({ webhook }: { webhook: Webhook }) {
  const api = useApi();
  const { agent_id: agentId, agent_version: version, include_transcript: transcript } = webhook;
  const agent = useQuery({
    queryKey: ["agent", agentId, "name"],
    queryFn: answered(() => api.agent(agentId ?? "")),
    enabled: agentId !== null,
  }).data;
  const extras = [transcript && "transcript", webhook.include_latency_metrics && "response times"].filter(Boolean);
  return (
    <Facts>
      <Fact name="State">
        <WebhookStatus webhook={webhook} />
      </Fact>
      <Fact name="Events">{webhook.events.includes("*") ? "Everything" : webhook.events.join(", ")}</Fact>
      <Fact
        name="Agent"
        note={
          version !== null &&
          `Part of version ${version}; it changes with the document and can only be switched on and off here.`
        }
      >
        {agentId === null ? (
          "Every agent"
        ) : agent === undefined ? (
          "One agent"
        ) : (
          <Link to="/agents/$agent" params={{ agent: agent.slug }}>
            {agent.name}
          </Link>
        )}
      </Fact>
      <Fact name="At the end of a conversation">
        {extras.length === 0 ? "Nothing more" : `Also ${extras.join(" and ")}`}
      </Fact>
      {webhook.previous_secret_until !== null && (
        <Fact name="Old secret">
          Signs too; ends <Time at={webhook.previous_secret_until} />
        </Fact>
      )}
      <Fact name="Added">
        <Time at={webhook.created_at} />
      </Fact>
    </Facts>
  );
}
