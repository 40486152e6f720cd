import { QueryClientProvider, useQuery } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import type { Api } from "../api/api.js";
import { ApiContext } from "../api/api-context.js";
import { useAlerts } from "../inbox/alert-choice.js";
import { countsQuery } from "../inbox/inbox-count.js";
import { UiProvider } from "../ui/ui-provider.js";
import { useTabTitle } from "./page-title.js";
import { queryClient } from "./query-client.js";
import { router } from "./router.js";
import { choosing, session, signInLink, signOutReason, token } from "./sign-in.js";
import { useStore } from "./store.js";

// Most users arrive signed in.
const SignInPage = lazy(async () => ({ default: (await import("./sign-in-page.js")).SignInPage }));
const ChooseTenantPage = lazy(async () => ({ default: (await import("./choose-tenant-page.js")).ChooseTenantPage }));
const UseLinkPage = lazy(async () => ({ default: (await import("./use-link-page.js")).UseLinkPage }));

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
  const waiting = <main />;
  if (!outside && signedIn === "asking") return waiting;
  return (
    <Suspense fallback={waiting}>
      {word !== null ? (
        <UseLinkPage word={word} />
      ) : mustChoose ? (
        <ChooseTenantPage />
      ) : (
        <SignInPage api={api} reason={reason} />
      )}
    </Suspense>
  );
}
