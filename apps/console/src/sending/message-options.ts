import type { MessageTemplate } from "@parley/contracts";
import { useQuery } from "@tanstack/react-query";
import { query } from "../api/address.js";
import { allPages } from "../api/all-pages.js";
import type { Page } from "../api/answers.js";
import type { Caller } from "../api/call.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { TEMPLATES } from "../schedules/schedule-body.js";

const templateCalls = (call: Caller) => ({
  messageTemplates: (cursor?: string) =>
    call<Page<MessageTemplate>>(`/message-templates${query({ limit: "200", cursor })}`),
});

interface MessageOption {
  value: string;
  label: string;
}

/** The messages of the product, then the team's own. `chosen` is among them also before those have come. */
export function useMessageOptions(chosen: string): MessageOption[] {
  const calls = useCalls(templateCalls);
  const own = useQuery({
    queryKey: ["message-templates"],
    queryFn: answered(() => allPages(calls.messageTemplates)),
  });
  const names = new Set(own.data?.data.map(({ name }) => name));
  if (!TEMPLATES.some(({ value }) => value === chosen)) names.add(chosen);
  return [...TEMPLATES, ...[...names].sort().map((name) => ({ value: name, label: name }))];
}
