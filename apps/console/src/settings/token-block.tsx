import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { allPages } from "../api/all-pages.js";
import type { AccessToken } from "../api/answers.js";
import { answered, unlessRefused } from "../api/query.js";
import { credentialCalls } from "../api/settings-calls.js";
import { useCalls } from "../api/use-calls.js";
import { useRepeatKey } from "../api/use-repeat-key.js";
import { token as signedIn } from "../app/sign-in.js";
import { Block, Row, Rows } from "../ui/block.js";
import { Button } from "../ui/button.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import { keepFocus } from "../ui/keep-focus.js";
import { notify } from "../ui/notify.js";
import { QueryView } from "../ui/query-view.js";
import { SecretOnce } from "../ui/secret-once.js";
import { EmptyState } from "../ui/states.js";
import { Chip } from "../ui/status.js";
import { Time } from "../ui/time.js";
import { Mono } from "../ui/values.js";
import { LastUsed, Retired } from "./credential-rows.js";
import { roleLabel } from "./credential-words.js";
import { RoleForm } from "./role-form.js";

interface MadeToken {
  name: string;
  secret: string;
}

/** Access tokens: for users of this console and for scripts. */
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
    notify.good(`“${token.name}” is revoked.`);
    await query.refetch();
    return null;
  };
  const keep = async (token: MadeToken): Promise<void> => {
    setAdding(false);
    setMade(token);
    await query.refetch();
  };
  return (
    <Block
      title="Access tokens"
      lead="For scripts that manage; sent as a bearer token. People sign in with their address."
      actions={<Button onClick={() => setAdding(true)}>Create a token</Button>}
    >
      {made && (
        <SecretOnce
          title={`Copy the token “${made.name}” now`}
          label="Access token"
          secret={made.secret}
          done={<Button onClick={close}>I have it</Button>}
        >
          It is shown only here. Anyone who has it can do what its role allows.
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
      <QueryView query={query}>{({ data }) => <Tokens tokens={data} onRevoke={setRevoking} />}</QueryView>
      <ConfirmDialog
        open={revoking !== null}
        onClose={() => setRevoking(null)}
        title={`Revoke “${revoking?.name ?? ""}”?`}
        consequences={[
          ...(revoking !== null && isOwn(revoking)
            ? [<strong key="own">You are signed in with this token: revoking it signs you out.</strong>]
            : []),
          "Whoever uses it is signed out within seconds, and scripts with it are refused.",
          "This cannot be undone; make a new token for those who still need one.",
        ]}
        action="Revoke the token"
        run={async () => {
          if (revoking !== null) await unlessRefused(revoke(revoking));
        }}
      />
    </Block>
  );
}

/** A token is shown by its last four characters; two tokens of a tenant are not expected to share them. */
const isOwn = ({ hint }: AccessToken): boolean => hint.endsWith(`…${signedIn.get()?.slice(-4)}`);

function Tokens({ tokens, onRevoke }: { tokens: AccessToken[]; onRevoke(token: AccessToken): void }) {
  const live = tokens.filter(({ status }) => status === "active");
  const gone = tokens.filter(({ status }) => status === "revoked");
  return (
    <>
      {live.length === 0 && (
        <EmptyState title="No tokens yet">
          Create one per script, with the lowest sufficient role, so that each can be revoked separately.
        </EmptyState>
      )}
      <Rows>
        {live.map((token) => (
          <Row
            key={token.id}
            title={token.name}
            beside={<Chip>{roleLabel(token.role)}</Chip>}
            facts={[
              <Mono key="hint">{token.hint}</Mono>,
              <>
                made <Time at={token.created_at} />
              </>,
              <LastUsed key="used" at={token.last_used_at} />,
            ]}
            actions={
              <Button small look="danger" aria-label={`Revoke the token ${token.name}`} onClick={() => onRevoke(token)}>
                Revoke
              </Button>
            }
          />
        ))}
      </Rows>
      <Retired items={gone.map(({ id, name, hint }) => ({ id, name, hint, state: "Revoked" }))} noun="revoked token" />
    </>
  );
}
