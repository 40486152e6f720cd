import { useEffect, useState } from "preact/hooks";
import { allPages } from "../api/all-pages.js";
import { announce } from "../app/announcement.js";
import { ROLES, roleLabel } from "./credential-words.js";
import { token as signedIn } from "../app/sign-in.js";
import { useLoad } from "../parts/use-load.js";
import { useSending } from "../api/use-sending.js";
import type { AccessToken } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import { ConfirmDialog } from "../parts/confirm-dialog.js";
import { LastUsed, Retired } from "./credential-rows.js";
import { Field, focusFirst } from "../parts/field.js";
import { FormEnd } from "../parts/form-end.js";
import { keepFocus } from "../parts/keep-focus.js";
import { SecretOnce } from "../parts/secret-once.js";
import { Empty, WhenReady } from "../parts/states.js";
import { Time } from "../parts/time.js";

interface MadeToken {
  name: string;
  secret: string;
}

/** Access tokens: for people at this console and for scripts. */
export function TokenBlock() {
  const api = useApi();
  const { loaded, reload } = useLoad("tokens", () => allPages((cursor) => api.tokens(cursor)));
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
    await reload();
    return null;
  };
  const keep = async (token: MadeToken): Promise<void> => {
    setAdding(false);
    setMade(token);
    await reload();
  };
  return (
    <section class="block" aria-labelledby="tokens">
      <div class="block-head wrap">
        <h2 id="tokens">Access tokens</h2>
        {!adding && (
          <button type="button" class="button quiet small" onClick={() => setAdding(true)}>
            Create a token
          </button>
        )}
      </div>
      <p class="help block-lead">For scripts that manage; sent as a bearer token. People sign in with their address.</p>
      {made && (
        <SecretOnce
          title={`Copy the token “${made.name}” now`}
          label="Access token"
          secret={made.secret}
          done={
            <button type="button" class="button quiet" onClick={close}>
              I have it
            </button>
          }
        >
          <p>It is shown only here. Whoever has it can do what its role allows.</p>
        </SecretOnce>
      )}
      {adding && <NewToken onMade={(token) => void keep(token)} onCancel={close} />}
      <WhenReady loaded={loaded} onRetry={() => void reload()}>
        {({ data }) => <Tokens tokens={data} onRevoke={setRevoking} />}
      </WhenReady>
      {revoking && (
        <ConfirmDialog
          title={`Revoke “${revoking.name}”?`}
          action="Revoke the token"
          onConfirm={() => revoke(revoking)}
          onClose={() => setRevoking(null)}
        >
          {isOwn(revoking) && (
            <p>
              <strong>This is the token you are signed in with.</strong> You are signed out with it.
            </p>
          )}
          <p>Whoever uses it is signed out within seconds, and scripts with it are refused.</p>
          <p>This cannot be undone; make a new token for those who still need one.</p>
        </ConfirmDialog>
      )}
    </section>
  );
}

/** A token is shown by its last four characters; that another one of the tenant ends alike is not to be expected. */
const isOwn = ({ hint }: AccessToken): boolean =>
  signedIn.value !== null && hint.endsWith(`…${signedIn.value.slice(-4)}`);

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
      <ul class="rows">
        {live.map((token) => (
          <li key={token.id} class="row with-actions">
            <div>
              <div class="row-main">
                <h3 class="row-title">{token.name}</h3>
                <span class="chip">{roleLabel(token.role)}</span>
              </div>
              <p class="row-facts">
                <span class="mono">{token.hint}</span>
                <span>
                  made <Time value={token.created_at} />
                </span>
                <LastUsed at={token.last_used_at} />
              </p>
            </div>
            <div class="actions">
              <button type="button" class="button quiet small risky" onClick={() => onRevoke(token)}>
                Revoke<span class="visually-hidden"> the token {token.name}</span>
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
  const api = useApi();
  const [name, setName] = useState("");
  const [role, setRole] = useState("operator");
  const [missing, setMissing] = useState(false);
  const { busy, problem, wrong, send } = useSending(focusFirst);
  useEffect(() => focusFirst({ "token-name": "" }), []);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setMissing(name.trim() === "");
    if (name.trim() === "") return focusFirst({ "token-name": "" });
    const body = { name: name.trim(), role };
    const made = await send(body, (key) => api.createToken(body, key));
    if (made !== null) onMade({ name: body.name, secret: made.token });
  };
  const nameProblem = missing ? "Say who or what it is for." : wrong.name;
  return (
    <form class="form new-credential" noValidate onSubmit={(event) => void submit(event)}>
      <fieldset>
        <legend>New access token</legend>
        <div class="form-pair">
          <Field name="token-name" label="Name" help="Who or what uses it." problem={nameProblem}>
            {(control) => (
              <input
                {...control}
                class="input"
                maxLength={200}
                value={name}
                onInput={(event) => setName(event.currentTarget.value)}
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
              <select {...control} class="input" value={role} onChange={(event) => setRole(event.currentTarget.value)}>
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
