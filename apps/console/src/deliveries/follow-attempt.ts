import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { Delivery, Page } from "../api/answers.js";

const LOOK_EVERY_MS = 1_000;
const LOOKS = 15;
const LISTS = { queryKey: ["deliveries", "webhooks"] };

/** After sending, refetches the lists on the page until no attempt is in progress: no event reports it. */
export async function followAttempt(client: QueryClient): Promise<void> {
  const isPending = (data: InfiniteData<Page<Delivery>> | undefined): boolean =>
    data?.pages.some((page) => page.data.some(({ status }) => status === "pending")) ?? false;
  for (let look = 0; look < LOOKS; look += 1) {
    await client.invalidateQueries(LISTS);
    const lists = client.getQueriesData<InfiniteData<Page<Delivery>>>({ ...LISTS, type: "active" });
    if (!lists.some(([, data]) => isPending(data))) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
