import { useQuery } from "@tanstack/react-query";
import { allPages } from "../api/all-pages.js";
import { messageTemplateCalls } from "../api/message-template-calls.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { TEMPLATES } from "../schedules/schedule-body.js";

interface MessageOption {
  value: string;
  label: string;
}

/** The built-in messages, then the team's own. `chosen` is listed even before those have loaded. */
export function useMessageOptions(chosen: string): MessageOption[] {
  const calls = useCalls(messageTemplateCalls);
  const own = useQuery({
    queryKey: ["message-templates"],
    queryFn: answered(() => allPages(calls.messageTemplates)),
  });
  const names = new Set(own.data?.data.map(({ name }) => name));
  if (!TEMPLATES.some(({ value }) => value === chosen)) names.add(chosen);
  return [...TEMPLATES, ...[...names].sort().map((name) => ({ value: name, label: name }))];
}
