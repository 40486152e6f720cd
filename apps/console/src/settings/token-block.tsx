import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { allPages } from "../api/all-pages.js";
import type { AccessToken } from "../api/answers.js";
import { answered, unlessRefused } from "../api/query.js";
import { credentialCalls } from "../api/settings-calls.js";
import { useCalls } from "../api/use-calls.js";
import { useSending } from "../api/use-sending.js";
import { announce } from "../app/announcement.js";
import { token as signedIn } from "../app/sign-in.js";
import { Field, focusFirst } from "../parts/field.js";
import { FormEnd } from "../parts/form-end.js";
import { keepFocus } from "../parts/keep-focus.js";
import { SecretOnce } from "../parts/secret-once.js";
import { Empty, WhenReady } from "../parts/states.js";
import { Time } from "../parts/time.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import { LastUsed, Retired } from "./credential-rows.js";
import { ROLES, roleLabel } from "./credential-words.js";

interface MadeToken {
  name: string;
  secret: string;
}

/** Access tokens: for people at this console and for scripts. */
export function TokenBlock() {
  const api = useCalls(credentialCalls);
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
      {adding && <NewToken onMade={(token) => void keep(token)} onCancel={close} />}
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

function NewToken({ onMade, onCancel }: { onMade(made: MadeToken): void; onCancel(): void }) {
  const api = useCalls(credentialCalls);
  const [name, setName] = useState("");
  const [role, setRole] = useState("operator");
  const [missing, setMissing] = useState(false);
  const { busy, problem, wrong, send } = useSending(focusFirst);
  useEffect(() => focusFirst({ "token-name": "" }), []);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setMissing(name.trim() === "");
    if (name.trim() === "") return focusFirst({ "token-name": "" });
    const body = { name: name.trim(), role };
    const made = await send(body, (key) => api.createToken(body, key));
    if (made !== null) onMade({ name: body.name, secret: made.token });
  };
  const nameProblem = missing ? "Say who or what it is for." : wrong.name;
  return (
    <form className="form new-credential" noValidate onSubmit={(event) => void submit(event)}>
      <fieldset>
        <legend>New access token</legend>
        <div className="form-pair">
          <Field name="token-name" label="Name" help="Who or what uses it." problem={nameProblem}>
            {(control) => (
              <input
                {...control}
                className="input"
                maxLength={200}
                value={name}
                onChange={(event) => setName(event.currentTarget.value)}
              />
            )}
          </Field>
          <Field
            name="token-role"
            label="Role"
            help={`A token with it ${ROLES.find(({ value }) => value === role)?.may ?? ""}.`}
            problem={wrong.role}
          >
            {(control) => (
              <select
                {...control}
                className="input"
                value={role}
                onChange={(event) => setRole(event.currentTarget.value)}
              >
                {ROLES.map(({ value, label }) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
      </fieldset>
      <FormEnd problem={problem} busy={busy} action="Create the token" doing="Creating…" cancel={onCancel} />
    </form>
  );
}
