import { useEffect, useRef } from "react";
import { mountWidget, type Widget, type WidgetMessage, type WidgetOptions } from "../mount-widget.js";

interface ChatWidgetProps extends WidgetOptions {
  /** Origin of your server. */
  server?: string;
  onMessage?(message: WidgetMessage): void;
  onReady?(widget: Widget): void;
}

/** The widget of your server as a component: there while it is mounted, anew when an option changes. */
export default function ChatWidget({
  server = "http://localhost:8080",
  onMessage,
  onReady,
  ...options
}: ChatWidgetProps) {
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
  return <div ref={place} />;
}
