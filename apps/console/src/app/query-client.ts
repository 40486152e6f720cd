import { QueryClient } from "@tanstack/react-query";

/** What the server has answered. A refusal is told at once: whoever reads it decides whether to try again. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: false, networkMode: "always", refetchOnWindowFocus: false },
    mutations: { retry: false, networkMode: "always" },
  },
});
