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
import { session, signInLink, signOutReason, token } from "./sign-in.js";
import { SignInPage } from "./sign-in-page.js";
import { useStore } from "./store.js";

// Most people come signed in, or by the other page.
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

/** The pages for whoever is signed in, or the way to sign in. */
function Console({ api }: { api: Api }) {
  const word = useStore(signInLink);
  const hasToken = useStore(token) !== null;
  const signedIn = useStore(session);
  const reason = useStore(signOutReason);
  // Only read here: the shell asks.
  const counts = useQuery({ ...countsQuery(api), enabled: false });
  useTabTitle(counts.data?.waiting ?? 0);
  useAlerts(counts.data?.waiting, () => void router.navigate({ to: "/inbox/{-$id}", params: { id: undefined } }));
  if (word !== null) {
    return (
      <Suspense fallback={<main className="sign-in" />}>
        <UseLinkPage word={word} />
      </Suspense>
    );
  }
  if (!hasToken && signedIn === "asking") return <main className="sign-in" />;
  if (!hasToken && signedIn === "none") return <SignInPage api={api} reason={reason} />;
  return <RouterProvider router={router} />;
}
