import { randomId } from "@parley/web-kit";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { allPages } from "../api/all-pages.js";
import type { SigningKey } from "../api/answers.js";
import type { Problem } from "../api/problem.js";
import { answered, unlessRefused } from "../api/query.js";
import { credentialCalls } from "../api/settings-calls.js";
import { useCalls } from "../api/use-calls.js";
import { announce } from "../app/announcement.js";
import { keepFocus } from "../parts/keep-focus.js";
import { SecretOnce } from "../parts/secret-once.js";
import { Empty, WhenReady } from "../parts/states.js";
import { Time } from "../parts/time.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import { LastUsed, Retired } from "./credential-rows.js";
import { KEY_STATE } from "./credential-words.js";
import { type MadeKey, NewKey } from "./new-key.js";

interface Asked {
  what: "revoke" | "rotate" | "nonce";
  key: SigningKey;
}

/** Signing keys: for servers that call the chat API with signed requests. */
export function KeyBlock() {
  const api = useCalls(credentialCalls);
  const query = useQuery({ queryKey: ["keys"], queryFn: answered(() => allPages((cursor) => api.keys(cursor))) });
  const [adding, setAdding] = useState(false);
  const close = (): void => {
    setAdding(false);
    setMade(null);
    keepFocus();
  };
  const [made, setMade] = useState<MadeKey | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const attempt = useRef("");
  const ask = (what: Asked["what"], key: SigningKey): void => {
    attempt.current = randomId();
    setAsked({ what, key });
  };
  const show = async (key: MadeKey): Promise<void> => {
    setAdding(false);
    setMade(key);
    await query.refetch();
  };
  const revoke = async (key: SigningKey) => {
    const answer = await api.revokeKey(key.id);
    if (answer.type !== "ok") return answer;
    announce(`“${key.name}” is revoked.`);
    await query.refetch();
    return null;
  };
  const rotate = async (key: SigningKey) => {
    const answer = await api.rotateKey(key.id, attempt.current);
    if (answer.type !== "ok") return answer;
    await show({ name: key.name, keyId: answer.value.key_id, secret: answer.value.secret });
    return null;
  };
  const changeNonce = async (key: SigningKey) => {
    const answer = await api.requireNonce(key.id, !key.require_nonce);
    if (answer.type !== "ok") return answer;
    announce(`“${key.name}” signs ${answer.value.require_nonce ? "only with a nonce" : "with and without a nonce"}.`);
    await query.refetch();
    return null;
  };
  return (
    <section className="block" aria-labelledby="keys">
      <div className="block-head wrap">
        <h2 id="keys">Signing keys</h2>
        {!adding && (
          <button type="button" className="button quiet small" onClick={() => setAdding(true)}>
            Create a key
          </button>
        )}
      </div>
      <p className="help block-lead">For servers that sign each request with HMAC, as the chat API asks for.</p>
      {made && <Made made={made} onKept={close} />}
      {adding && <NewKey onMade={(key) => void show(key)} onCancel={close} />}
      <WhenReady query={query}>{({ data }) => <Keys keys={data} onAsk={ask} />}</WhenReady>
      {asked === null ? null : <Question {...{ asked, revoke, rotate, changeNonce }} onClose={() => setAsked(null)} />}
    </section>
  );
}

interface QuestionProps
  extends Record<"revoke" | "rotate" | "changeNonce", (key: SigningKey) => Promise<Problem | null>> {
  asked: Asked;
  onClose(): void;
}

/** What a key loses or gains, before it is done. */
function Question({ asked: { what, key }, revoke, rotate, changeNonce, onClose }: QuestionProps) {
  const shared = { open: true, onClose };
  if (what === "revoke")
    return (
      <ConfirmDialog
        {...shared}
        title={`Revoke “${key.name}”?`}
        {...(key.status === "active"
          ? {
              milder: {
                text: "Replaced, it signs beside the new key, as a rule for a day, so that nothing breaks.",
                action: "Replace it instead",
                run: () => unlessRefused(rotate(key)),
              },
            }
          : {})}
        consequences={[
          "Requests signed with it are refused within seconds, for good.",
          "Conversations that it opened go on.",
        ]}
        action="Revoke the key"
        run={() => unlessRefused(revoke(key))}
      />
    );
  if (what === "rotate")
    return (
      <ConfirmDialog
        {...shared}
        title={`Replace “${key.name}”?`}
        consequences={[
          "You get a new key with a new id. The old one signs beside it, as a rule for a day, and then ends.",
          "Put the new one into your server within that time.",
        ]}
        action="Make the new key"
        run={() => unlessRefused(rotate(key))}
      />
    );
  return (
    <ConfirmDialog
      {...shared}
      title={key.require_nonce ? `Let “${key.name}” sign without a nonce?` : `Require a nonce of “${key.name}”?`}
      consequences={[
        key.require_nonce ? (
          "A captured request without a nonce then gets the answer of the first one, as long as its time is valid."
        ) : (
          <span key="nonce">
            Requests of this key without <code>X-Nonce</code> are refused at once. Let your server send it first.
          </span>
        ),
      ]}
      action={key.require_nonce ? "Allow it" : "Require it"}
      run={() => unlessRefused(changeNonce(key))}
    />
  );
}

function Made({ made, onKept }: { made: MadeKey; onKept(): void }) {
  return (
    <SecretOnce
      title={`Copy the key “${made.name}” now`}
      label="Secret"
      secret={made.secret}
      beside={{ label: "Key id", value: made.keyId }}
      done={
        <button type="button" className="button quiet" onClick={onKept}>
          I have both
        </button>
      }
    >
      <p>
        The secret is shown only here. Your server sends the id in <code>X-Key-Id</code> and signs with the secret.
      </p>
    </SecretOnce>
  );
}

function Keys({ keys, onAsk }: { keys: SigningKey[]; onAsk(what: Asked["what"], key: SigningKey): void }) {
  const live = keys.filter(({ status }) => status === "active" || status === "rotating");
  const gone = keys.filter(({ status }) => status === "expired" || status === "revoked");
  return (
    <>
      {live.length === 0 && (
        <Empty title="No signing keys yet">
          <p>
            A server needs one to hold conversations over the chat API. Make one for each server, so that one can be
            replaced or revoked alone.
          </p>
        </Empty>
      )}
      <ul className="rows">
        {live.map((key) => (
          <KeyRow key={key.id} item={key} onAsk={onAsk} />
        ))}
      </ul>
      <Retired
        items={gone.map(({ id, name, key_id: keyId, status }) => ({
          id,
          name,
          hint: keyId,
          state: KEY_STATE[status].word,
        }))}
        noun="ended key"
      />
    </>
  );
}

interface KeyRowProps {
  item: SigningKey;
  onAsk(what: Asked["what"], key: SigningKey): void;
}

function KeyRow({ item, onAsk }: KeyRowProps) {
  const { word, chip } = KEY_STATE[item.status];
  return (
    <li className="row with-actions">
      <div>
        <div className="row-main">
          <h3 className="row-title">{item.name}</h3>
          <span className={`chip ${chip}`}>{word}</span>
        </div>
        <p className="row-facts">
          <span className="mono">{item.key_id}</span>
          <span>{item.scopes.length === 0 ? "as before scopes" : item.scopes.join(", ")}</span>
          <span>
            made <Time value={item.created_at} />
          </span>
          {item.expires_at !== null && (
            <span>
              ends <Time value={item.expires_at} />
            </span>
          )}
          {item.require_nonce && <span>nonce required</span>}
          <LastUsed at={item.last_used_at} />
        </p>
      </div>
      <div className="actions">
        <button type="button" className="button quiet small" onClick={() => onAsk("nonce", item)}>
          {item.require_nonce ? "Allow without nonce" : "Require nonce"}
          <span className="visually-hidden"> for the key {item.name}</span>
        </button>
        {item.status === "active" && (
          <button type="button" className="button quiet small" onClick={() => onAsk("rotate", item)}>
            Replace<span className="visually-hidden"> the key {item.name}</span>
          </button>
        )}
        <button type="button" className="button quiet small risky" onClick={() => onAsk("revoke", item)}>
          Revoke<span className="visually-hidden"> the key {item.name}</span>
        </button>
      </div>
    </li>
  );
}
