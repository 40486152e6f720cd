import { QueryClient } from "@tanstack/react-query";

/** What the server has answered. Refusals are reported at once; the caller decides whether to retry. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: false, networkMode: "always", refetchOnWindowFocus: false },
    mutations: { retry: false, networkMode: "always" },
  },
});
