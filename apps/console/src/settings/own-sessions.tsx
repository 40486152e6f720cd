import { useMutation, useQuery } from "@tanstack/react-query";
import type { UserSession } from "../api/answers.js";
import { pushCalls } from "../api/push-calls.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { userCalls } from "../api/user-calls.js";
import { endPush } from "../app/leave.js";
import { me, signOut } from "../app/sign-in.js";
import { Block, Row, Rows } from "../ui/block.js";
import { Button } from "../ui/button.js";
import { notify } from "../ui/notify.js";
import { QueryView } from "../ui/query-view.js";
import { refusalOf } from "../ui/refusal.js";
import { Chip } from "../ui/status.js";
import { Time } from "../ui/time.js";

/** The browsers in which the user is signed in. */
export function OwnSessions() {
  const api = useCalls(userCalls);
  const push = useCalls(pushCalls);
  const query = useQuery({ queryKey: ["own-sessions"], queryFn: answered(() => api.ownSessions()) });
  const onError = (error: unknown): void => notify.problem(refusalOf(error).detail);
  const end = useMutation({
    mutationFn: (one: UserSession) => answered(() => api.endOwnSession(one.id))(),
    onSuccess: async (_, one) => {
      notify.good(`Signed out: ${one.browser}.`);
      await query.refetch();
    },
    onError,
  });
  const endAll = useMutation({
    mutationFn: async () => {
      const id = me.get()?.user?.id;
      if (id === undefined) return;
      await endPush(push);
      await answered(() => api.endSessions(id))();
      signOut("chosen");
    },
    onError,
  });
  return (
    <Block
      title="Where you are signed in"
      actions={
        <Button look="danger" busy={endAll.isPending} onClick={() => endAll.mutate()}>
          Sign out everywhere
        </Button>
      }
    >
      <QueryView query={query}>
        {({ data }) => (
          <Rows>
            {data.map((one) => (
              <Row
                key={one.id}
                title={one.browser}
                beside={one.current ? <Chip tone="accent">This browser</Chip> : undefined}
                facts={[
                  <>
                    since <Time at={one.created_at} />
                  </>,
                  <>
                    used <Time at={one.last_used_at} />
                  </>,
                ]}
                actions={
                  one.current ? undefined : (
                    <Button
                      small
                      aria-label={`Sign out of ${one.browser}`}
                      busy={end.isPending}
                      onClick={() => end.mutate(one)}
                    >
                      Sign out
                    </Button>
                  )
                }
              />
            ))}
          </Rows>
        )}
      </QueryView>
    </Block>
  );
}
