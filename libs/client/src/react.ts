import { createElement, useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { type ChatClient, createChat } from "./chat.js";
import { mountWidget, type Widget, type WidgetMessage, type WidgetOptions } from "./mount-widget.js";
import { chatRequest, type UsedChat, usedChat } from "./use-chat.js";

export type { Widget, WidgetMessage, WidgetOptions } from "./mount-widget.js";
export type { UsedChat } from "./use-chat.js";

export interface ChatWidgetProps extends WidgetOptions {
  /** Origin of your server. */
  server: string;
  onMessage?: (message: WidgetMessage) => void;
  onReady?: (widget: Widget) => void;
}

/** The widget of your server as a component: present while it is mounted, recreated when an option changes. */
export function ChatWidget({ server, onMessage, onReady, ...options }: ChatWidgetProps) {
  const place = useRef<HTMLDivElement>(null);
  const listeners = useRef({ onMessage, onReady });
  listeners.current = { onMessage, onReady };
  const given = JSON.stringify(options);
  useEffect(
    () =>
      mountWidget(server, {
        ...(JSON.parse(given) as WidgetOptions),
        place: place.current ?? undefined,
        ready: (widget) => {
          widget.on("message", (message: WidgetMessage) => listeners.current.onMessage?.(message));
          listeners.current.onReady?.(widget);
        },
      }),
    [server, given],
  );
  return createElement("div", { ref: place });
}

/** A conversation with your own rendering: the hook of `createUseChat` for React, with the client beside the agent. */
export function useChat(client: ChatClient, tenantId: string, agentId: string, version?: number): UsedChat {
  const chat = useMemo(
    () => createChat(client, chatRequest(tenantId, agentId, version)),
    [client, tenantId, agentId, version],
  );
  return usedChat(chat, useSyncExternalStore(chat.subscribe, chat.getSnapshot, chat.getSnapshot));
}
