import { ChatWidget as Widget, type WidgetMessage } from "@parley/client/react";

interface ChatWidgetProps {
  /** Origin of your server. */
  server?: string;
  link?: string;
  mode?: "bubble" | "inline" | "page";
  onMessage?: (message: WidgetMessage) => void;
  onReady?: () => void;
}

/** The widget of your server, with what your application always wants: `<ChatWidget />`. */
export default function ChatWidget({ server = "http://localhost:8080", ...props }: ChatWidgetProps) {
  return <Widget server={server} {...props} />;
}
