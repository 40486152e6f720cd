import { randomId } from "@parley/web-kit";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { IdentitySecret, PublicLink, HostIdentity as Settings } from "../api/answers.js";
import type { Problem } from "../api/problem.js";
import { answered, unlessRefused } from "../api/query.js";
import { useLinkApi } from "../api/use-link-api.js";
import { Block, Buttons, Fields, Note } from "../ui/block.js";
import { Button } from "../ui/button.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import { CopyField } from "../ui/copy-field.js";
import { keepFocus } from "../ui/keep-focus.js";
import { notify } from "../ui/notify.js";
import { ProblemCard } from "../ui/problem-card.js";
import { QueryView } from "../ui/query-view.js";
import { SecretOnce } from "../ui/secret-once.js";
import { Time } from "../ui/time.js";
import { PublicKeys } from "./public-keys.js";

/** How the site that embeds a link identifies its visitor: a shared secret, or public keys of the site. Editors and above. */
export function HostIdentity({ agent, link }: { agent: string; link: PublicLink }) {
  const api = useLinkApi();
  const query = useQuery({
    queryKey: ["link", link.id, "identity"],
    queryFn: answered(() => api.hostIdentity(agent, link.id)),
    gcTime: 0,
  });
  const [changed, setChanged] = useState<Settings | null>(null);
  const isForbidden = query.error?.problem.status === 403;
  return (
    <Block
      title="Visitors your site knows"
      lead="A site that embeds this link can sign in its own visitors: its server signs a short token for them, and they need no code. They keep one conversation on all their devices."
    >
      {isForbidden ? (
        <Note>Only editors and above set this up.</Note>
      ) : (
        <QueryView query={query}>
          {(settings) => <Keys agent={agent} link={link} settings={changed ?? settings} onChange={setChanged} />}
        </QueryView>
      )}
    </Block>
  );
}

const NOTHING = {
  secret_set: false,
  secret_created_at: null,
  previous_secret_valid_until: null,
  jwks_url: null,
  public_key: null,
};

interface KeysProps {
  agent: string;
  link: PublicLink;
  settings: Settings;
  onChange(settings: Settings): void;
}

function Keys({ agent, link, settings, onChange }: KeysProps) {
  const api = useLinkApi();
  const [made, setMade] = useState<IdentitySecret | null>(null);
  const [asking, setAsking] = useState<"rotate" | "remove" | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const isSet = settings.secret_set || settings.jwks_url !== null || settings.public_key !== null;
  const makeSecret = async (): Promise<Problem | null> => {
    const answer = await api.rotateIdentitySecret(agent, link.id, randomId());
    if (answer.type !== "ok") return answer;
    const { previous_secret_valid_until } = answer.value;
    setMade(answer.value);
    onChange({
      ...settings,
      secret_set: true,
      secret_created_at: new Date().toISOString(),
      previous_secret_valid_until,
    });
    return null;
  };
  const remove = async (): Promise<Problem | null> => {
    const answer = await api.deleteHostIdentity(agent, link.id);
    if (answer.type !== "ok") return answer;
    setMade(null);
    notify.good("This link no longer takes identities.");
    onChange({ ...settings, ...NOTHING });
    return null;
  };
  return (
    <Fields>
      {problem && <ProblemCard problem={problem} />}
      <CopyField label="Audience (aud) of the tokens" value={settings.audience} />
      {made && (
        <SecretOnce
          title="Copy the secret now"
          label="Secret for HS256"
          secret={made.secret}
          done={
            <Button
              onClick={() => {
                setMade(null);
                keepFocus();
              }}
            >
              I have it
            </Button>
          }
        >
          It is shown only here. Keep it on your server: anyone who has it can impersonate your visitors.
        </SecretOnce>
      )}
      <SecretState settings={settings} />
      <Buttons>
        <Button onClick={() => (settings.secret_set ? setAsking("rotate") : void makeSecret().then(setProblem))}>
          {settings.secret_set ? "Replace the secret" : "Make a secret"}
        </Button>
        {isSet && (
          <Button look="danger" onClick={() => setAsking("remove")}>
            Turn off
          </Button>
        )}
      </Buttons>
      <PublicKeys agent={agent} link={link} settings={settings} onChange={onChange} />
      <ConfirmDialog
        open={asking === "rotate"}
        onClose={() => setAsking(null)}
        title="Replace the secret?"
        consequences={[
          "The present one signs beside the new one for a while, so that your servers can change over.",
          "After that, tokens signed with it are refused.",
        ]}
        action="Replace it"
        run={() => unlessRefused(makeSecret())}
      />
      <ConfirmDialog
        open={asking === "remove"}
        onClose={() => setAsking(null)}
        title="Turn identities off?"
        consequences={[
          "Secret and keys are forgotten at once and for good; your servers need new ones to turn it on again.",
          "Visitors whom your site knew are guests from now on. Conversations that run go on.",
        ]}
        {...(settings.secret_set
          ? {
              milder: {
                text: "If a secret has leaked, replacing it is enough.",
                action: "Replace the secret instead",
                run: () => unlessRefused(makeSecret()),
              },
            }
          : {})}
        action="Turn off"
        run={() => unlessRefused(remove())}
      />
    </Fields>
  );
}

function SecretState({ settings }: { settings: Settings }) {
  if (!settings.secret_set) return <Note>There is no secret yet.</Note>;
  return (
    <Note>
      Secret made <Time at={settings.secret_created_at} show="moment" />
      {settings.previous_secret_valid_until !== null && (
        <>
          ; the one before it counts until <Time at={settings.previous_secret_valid_until} show="moment" />
        </>
      )}
      .
    </Note>
  );
}
