import { randomId } from "@parley/web-kit";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { allPages } from "../api/all-pages.js";
import type { SigningKey } from "../api/answers.js";
import type { Problem } from "../api/problem.js";
import { answered, unlessRefused } from "../api/query.js";
import { credentialCalls } from "../api/settings-calls.js";
import { useCalls } from "../api/use-calls.js";
import { Block, Row, Rows } from "../ui/block.js";
import { Button } from "../ui/button.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import { keepFocus } from "../ui/keep-focus.js";
import { notify } from "../ui/notify.js";
import { QueryView } from "../ui/query-view.js";
import { SecretOnce } from "../ui/secret-once.js";
import { EmptyState } from "../ui/states.js";
import { Status } from "../ui/status.js";
import { Time } from "../ui/time.js";
import { Mono } from "../ui/values.js";
import { LastUsed, Retired } from "./credential-rows.js";
import { KEY_STATE } from "./credential-words.js";
import { KeyForm, type MadeKey } from "./key-form.js";

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
    notify.good(`“${key.name}” is revoked.`);
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
    notify.good(
      `“${key.name}” signs ${answer.value.require_nonce ? "only with a nonce" : "with and without a nonce"}.`,
    );
    await query.refetch();
    return null;
  };
  return (
    <Block
      title="Signing keys"
      lead="For servers that sign each request with HMAC, as the chat API asks for."
      actions={<Button onClick={() => setAdding(true)}>Create a key</Button>}
    >
      {made && (
        <SecretOnce
          title={`Copy the key “${made.name}” now`}
          label="Secret"
          secret={made.secret}
          beside={{ label: "Key id", value: made.keyId }}
          done={<Button onClick={close}>I have both</Button>}
        >
          The secret is shown only here. Your server sends the id in <code>X-Key-Id</code> and signs with the secret.
        </SecretOnce>
      )}
      {adding && <KeyForm onMade={show} onClose={close} />}
      <QueryView query={query}>{({ data }) => <Keys keys={data} onAsk={ask} />}</QueryView>
      {asked === null ? null : <Question {...{ asked, revoke, rotate, changeNonce }} onClose={() => setAsked(null)} />}
    </Block>
  );
}

interface QuestionProps
  extends Record<"revoke" | "rotate" | "changeNonce", (key: SigningKey) => Promise<Problem | null>> {
  asked: Asked;
  onClose(): void;
}

/** The effect of an action on a key, before it is confirmed. */
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
                text: "When replaced, it stays valid along with the new key, usually for a day, so that nothing breaks.",
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

function Keys({ keys, onAsk }: { keys: SigningKey[]; onAsk(what: Asked["what"], key: SigningKey): void }) {
  const live = keys.filter(({ status }) => status === "active" || status === "rotating");
  const gone = keys.filter(({ status }) => status === "expired" || status === "revoked");
  return (
    <>
      {live.length === 0 && (
        <EmptyState title="No signing keys yet">
          A server needs one to hold conversations over the chat API. Make one for each server, so that one can be
          replaced or revoked alone.
        </EmptyState>
      )}
      <Rows>
        {live.map((key) => (
          <KeyRow key={key.id} item={key} onAsk={onAsk} />
        ))}
      </Rows>
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
  const { word, tone } = KEY_STATE[item.status];
  const nonce = item.require_nonce ? "Allow without nonce" : "Require nonce";
  return (
    <Row
      title={item.name}
      beside={<Status tone={tone}>{word}</Status>}
      facts={[
        <Mono key="id">{item.key_id}</Mono>,
        item.scopes.length === 0 ? "as before scopes" : item.scopes.join(", "),
        <>
          made <Time at={item.created_at} />
        </>,
        item.expires_at !== null && (
          <>
            ends <Time at={item.expires_at} />
          </>
        ),
        item.require_nonce && "nonce required",
        <LastUsed key="used" at={item.last_used_at} />,
      ]}
      actions={
        <>
          <Button small aria-label={`${nonce} for the key ${item.name}`} onClick={() => onAsk("nonce", item)}>
            {nonce}
          </Button>
          {item.status === "active" && (
            <Button small aria-label={`Replace the key ${item.name}`} onClick={() => onAsk("rotate", item)}>
              Replace
            </Button>
          )}
          <Button small look="danger" aria-label={`Revoke the key ${item.name}`} onClick={() => onAsk("revoke", item)}>
            Revoke
          </Button>
        </>
      }
    />
  );
}
