import { useEffect, useState } from "preact/hooks";
import type { Attachments } from "../chat/chat-state.js";
import type { Conversation } from "../chat/conversation.js";
import type { LinkInfo } from "../net/link-info.js";

const FETCH_AGAIN_MS = 5_000;

/** The code for attaching files, once loaded; null where the link takes none. */
export function useAttachments(link: LinkInfo, conversation: Conversation): Attachments | null {
  const [attachments, setAttachments] = useState<Attachments | null>(null);
  useEffect(() => {
    const { files } = link;
    if (files === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let wanted = true;
    const fetchThem = (): void => {
      conversation.attachments(files).then(
        (fetched) => wanted && setAttachments(fetched),
        () => {
          if (wanted) timer = setTimeout(fetchThem, FETCH_AGAIN_MS);
        },
      );
    };
    fetchThem();
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [link, conversation]);
  return attachments;
}
