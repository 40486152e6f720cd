import { linkDelivery, sendAccepted, sendFields, sendLinkBody, sendPreview } from "@parley/contracts";
import { z } from "zod";
import { agentField, agentPath, bodyOf, defineTool, steering } from "../tool.js";

const ofLink = { agent: agentField, link_id: z.uuid().describe("Id of the link") };

const sendLink = defineTool({
  name: "send_temporary_chat_link",
  title: "Send a chat link",
  description:
    "Sends a link to up to 1,000 recipients by email, sms, slack, teams or webhook, each once; people get a link of their own and are greeted by name. Show the person you work for what a dry run answers before you send. What was sent cannot be taken back.",
  role: "editor",
  effects: { destructive: true, idempotent: false },
  openWorld: true,
  input: z.strictObject({ ...ofLink, ...sendFields, ...steering }),
  output: z.union([sendAccepted, sendPreview, linkDelivery]),
  body: sendLinkBody,
  plan: ({ agent, link_id, ...fields }) => {
    const path = agentPath(agent, "public-links", link_id, "send");
    const body = bodyOf(fields);
    return {
      about: { type: "agent", agent },
      twin: { method: "POST", path, body },
      dryTwin: { method: "POST", path, body: { ...body, dry_run: true } },
      follow: (answer) => ({
        twin: deliveryCall(agent, link_id, sendAccepted.parse(answer).delivery_id),
        stateOf: (delivery) => {
          const { counts, status } = linkDelivery.parse(delivery);
          return { done: counts.recipients - counts.pending, total: counts.recipients, isOver: status !== "sending" };
        },
      }),
    };
  },
});

const deliveryCall = (agent: string, link: string, delivery: string) => ({
  method: "GET" as const,
  path: agentPath(agent, "public-links", link, "deliveries", delivery),
});

const getDelivery = defineTool({
  name: "get_temporary_chat_delivery",
  title: "See how far a sent link is",
  description: "Numbers of sent, failed and skipped messages, and of recipients who wrote on their link.",
  input: z.strictObject({ ...ofLink, delivery_id: z.uuid().describe("From send_temporary_chat_link") }),
  output: linkDelivery,
  plan: ({ agent, link_id, delivery_id }) => ({
    about: { type: "agent", agent },
    twin: deliveryCall(agent, link_id, delivery_id),
  }),
});

export const sendingTools = [sendLink, getDelivery];
