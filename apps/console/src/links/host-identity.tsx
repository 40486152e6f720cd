import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { IdentitySecret, PublicLink, HostIdentity as Settings } from "../api/answers.js";
import type { Problem } from "../api/problem.js";
import { answered, unlessRefused } from "../api/query.js";
import { useLinkApi } from "../api/use-link-api.js";
import { announce } from "../app/announcement.js";
import { CopyField } from "../parts/copy-field.js";
import { keepFocus } from "../parts/keep-focus.js";
import { SecretOnce } from "../parts/secret-once.js";
import { ProblemCard, WhenReady } from "../parts/states.js";
import { Time } from "../parts/time.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import { PublicKeys } from "./public-keys.js";

/** How the site that embeds a link tells who its visitor is: a shared secret, or public keys of the site. Editors and above. */
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
    <section className="block" aria-labelledby="identity-title">
      <h2 id="identity-title">Visitors your site knows</h2>
      <p className="note">
        A site that embeds this link can sign in its own visitors: its server signs a short token for them, and they
        need no code. They keep one conversation on all their devices.
      </p>
      {isForbidden ? (
        <p className="note">Only editors and above set this up.</p>
      ) : (
        <WhenReady query={query}>
          {(settings) => <Keys agent={agent} link={link} settings={changed ?? settings} onChange={setChanged} />}
        </WhenReady>
      )}
    </section>
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
    const answer = await api.rotateIdentitySecret(agent, link.id, crypto.randomUUID());
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
    announce("This link no longer takes identities.");
    onChange({ ...settings, ...NOTHING });
    return null;
  };
  const kept = (): void => {
    setMade(null);
    keepFocus();
  };
  return (
    <div className="form-stack">
      {problem && <ProblemCard problem={problem} />}
      <CopyField label="Audience (aud) of the tokens" value={settings.audience} shown />
      {made && (
        <SecretOnce
          title="Copy the secret now"
          label="Secret for HS256"
          secret={made.secret}
          done={
            <button type="button" className="button quiet" onClick={kept}>
              I have it
            </button>
          }
        >
          <p>It is shown only here. Keep it on your server: whoever has it can speak as any of your visitors.</p>
        </SecretOnce>
      )}
      <SecretState settings={settings} />
      <div className="actions start">
        <button
          type="button"
          className="button quiet small"
          onClick={() => (settings.secret_set ? setAsking("rotate") : void makeSecret().then(setProblem))}
        >
          {settings.secret_set ? "Replace the secret" : "Make a secret"}
        </button>
        {isSet && (
          <button type="button" className="button quiet small risky" onClick={() => setAsking("remove")}>
            Turn off
          </button>
        )}
      </div>
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
                text: "If a secret got into the wrong hands, replacing it is enough.",
                action: "Replace the secret instead",
                run: () => unlessRefused(makeSecret()),
              },
            }
          : {})}
        action="Turn off"
        run={() => unlessRefused(remove())}
      />
    </div>
  );
}

function SecretState({ settings }: { settings: Settings }) {
  if (!settings.secret_set) return <p className="help">No secret has been made.</p>;
  return (
    <p className="help">
      Secret made <Time value={settings.secret_created_at} exact />
      {settings.previous_secret_valid_until !== null && (
        <>
          ; the one before it counts until <Time value={settings.previous_secret_valid_until} exact />
        </>
      )}
      .
    </p>
  );
}
