import { QueryClient } from "@tanstack/react-query";

/** The cache of the server's answers. Refusals are reported immediately; the caller decides whether to retry. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: false, networkMode: "always", refetchOnWindowFocus: false },
    mutations: { retry: false, networkMode: "always" },
  },
});
