import { QueryClientProvider, useQuery } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import type { Api } from "../api/api.js";
import { ApiContext } from "../api/api-context.js";
import { useAlerts } from "../inbox/alert-choice.js";
import { countsQuery } from "../inbox/inbox-count.js";
import { onDemand } from "../ui/on-demand.js";
import { UiProvider } from "../ui/ui-provider.js";
import { useTabTitle } from "./page-title.js";
import { queryClient } from "./query-client.js";
import { router } from "./router.js";
import { choosing, session, signInLink, signOutReason, token } from "./sign-in.js";
import { useStore } from "./store.js";

const Waiting = () => <main />;
// Most users arrive signed in.
const SignInPage = onDemand(async () => (await import("./sign-in-page.js")).SignInPage, Waiting);
const ChooseTenantPage = onDemand(async () => (await import("./choose-tenant-page.js")).ChooseTenantPage, Waiting);
const UseLinkPage = onDemand(async () => (await import("./use-link-page.js")).UseLinkPage, Waiting);

export function App({ api }: { api: Api }) {
  return (
    <QueryClientProvider client={queryClient}>
      <ApiContext value={api}>
        <UiProvider>
          <Console api={api} />
        </UiProvider>
      </ApiContext>
    </QueryClientProvider>
  );
}

/** The pages for the signed-in user, or the sign-in page. */
function Console({ api }: { api: Api }) {
  const word = useStore(signInLink);
  const hasToken = useStore(token) !== null;
  const signedIn = useStore(session);
  const reason = useStore(signOutReason);
  const mustChoose = useStore(choosing);
  // Only read here: the shell fetches it.
  const counts = useQuery({ ...countsQuery(api), enabled: false });
  useTabTitle(counts.data?.waiting ?? 0);
  useAlerts(counts.data?.waiting, () => void router.navigate({ to: "/inbox/{-$id}", params: { id: undefined } }));
  const outside = word !== null || mustChoose;
  if (!outside && (hasToken || signedIn === "live")) return <RouterProvider router={router} />;
  if (!outside && signedIn === "asking") return <Waiting />;
  if (word !== null) return <UseLinkPage word={word} />;
  return mustChoose ? <ChooseTenantPage /> : <SignInPage api={api} reason={reason} />;
}
