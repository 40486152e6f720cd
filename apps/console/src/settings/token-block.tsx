import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { allPages } from "../api/all-pages.js";
import type { AccessToken } from "../api/answers.js";
import { answered, unlessRefused } from "../api/query.js";
import { credentialCalls } from "../api/settings-calls.js";
import { useCalls } from "../api/use-calls.js";
import { useRepeatKey } from "../api/use-repeat-key.js";
import { announce } from "../app/announcement.js";
import { token as signedIn } from "../app/sign-in.js";
import { keepFocus } from "../parts/keep-focus.js";
import { SecretOnce } from "../parts/secret-once.js";
import { Empty, WhenReady } from "../parts/states.js";
import { Time } from "../parts/time.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import { LastUsed, Retired } from "./credential-rows.js";
import { roleLabel } from "./credential-words.js";
import { RoleForm } from "./role-form.js";

interface MadeToken {
  name: string;
  secret: string;
}

/** Access tokens: for people at this console and for scripts. */
export function TokenBlock() {
  const api = useCalls(credentialCalls);
  const keyOf = useRepeatKey();
  const query = useQuery({ queryKey: ["tokens"], queryFn: answered(() => allPages((cursor) => api.tokens(cursor))) });
  const [adding, setAdding] = useState(false);
  const close = (): void => {
    setAdding(false);
    setMade(null);
    keepFocus();
  };
  const [made, setMade] = useState<MadeToken | null>(null);
  const [revoking, setRevoking] = useState<AccessToken | null>(null);
  const revoke = async (token: AccessToken) => {
    const answer = await api.revokeToken(token.id);
    if (answer.type !== "ok") return answer;
    announce(`“${token.name}” is revoked.`);
    await query.refetch();
    return null;
  };
  const keep = async (token: MadeToken): Promise<void> => {
    setAdding(false);
    setMade(token);
    await query.refetch();
  };
  return (
    <section className="block" aria-labelledby="tokens">
      <div className="block-head wrap">
        <h2 id="tokens">Access tokens</h2>
        {!adding && (
          <button type="button" className="button quiet small" onClick={() => setAdding(true)}>
            Create a token
          </button>
        )}
      </div>
      <p className="help block-lead">
        For scripts that manage; sent as a bearer token. People sign in with their address.
      </p>
      {made && (
        <SecretOnce
          title={`Copy the token “${made.name}” now`}
          label="Access token"
          secret={made.secret}
          done={
            <button type="button" className="button quiet" onClick={close}>
              I have it
            </button>
          }
        >
          <p>It is shown only here. Whoever has it can do what its role allows.</p>
        </SecretOnce>
      )}
      {adding && (
        <RoleForm
          title="New access token"
          submit="Create the token"
          person={false}
          onSubmit={async ({ name, role }) => {
            const body = { name, role };
            const { token } = await answered(() => api.createToken(body, keyOf(body)))();
            await keep({ name, secret: token });
          }}
          onClose={close}
        />
      )}
      <WhenReady query={query}>{({ data }) => <Tokens tokens={data} onRevoke={setRevoking} />}</WhenReady>
      <ConfirmDialog
        open={revoking !== null}
        onClose={() => setRevoking(null)}
        title={`Revoke “${revoking?.name ?? ""}”?`}
        consequences={[
          ...(revoking !== null && isOwn(revoking)
            ? [<strong key="own">This is the token you are signed in with: you are signed out with it.</strong>]
            : []),
          "Whoever uses it is signed out within seconds, and scripts with it are refused.",
          "This cannot be undone; make a new token for those who still need one.",
        ]}
        action="Revoke the token"
        run={async () => {
          if (revoking !== null) await unlessRefused(revoke(revoking));
        }}
      />
    </section>
  );
}

/** A token is shown by its last four characters; that another one of the tenant ends alike is not to be expected. */
const isOwn = ({ hint }: AccessToken): boolean => hint.endsWith(`…${signedIn.get()?.slice(-4)}`);

function Tokens({ tokens, onRevoke }: { tokens: AccessToken[]; onRevoke(token: AccessToken): void }) {
  const live = tokens.filter(({ status }) => status === "active");
  const gone = tokens.filter(({ status }) => status === "revoked");
  return (
    <>
      {live.length === 0 && (
        <Empty title="No tokens yet">
          <p>
            Make one for each person and each script, with the smallest role that does. Then one can be revoked alone.
          </p>
        </Empty>
      )}
      <ul className="rows">
        {live.map((token) => (
          <li key={token.id} className="row with-actions">
            <div>
              <div className="row-main">
                <h3 className="row-title">{token.name}</h3>
                <span className="chip">{roleLabel(token.role)}</span>
              </div>
              <p className="row-facts">
                <span className="mono">{token.hint}</span>
                <span>
                  made <Time value={token.created_at} />
                </span>
                <LastUsed at={token.last_used_at} />
              </p>
            </div>
            <div className="actions">
              <button type="button" className="button quiet small risky" onClick={() => onRevoke(token)}>
                Revoke<span className="visually-hidden"> the token {token.name}</span>
              </button>
            </div>
          </li>
        ))}
      </ul>
      <Retired items={gone.map(({ id, name, hint }) => ({ id, name, hint, state: "Revoked" }))} noun="revoked token" />
    </>
  );
}
