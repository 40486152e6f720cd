import type { HistoryMessage } from "@parley/contracts";
import type { Frame } from "../streams/frame.js";
import { channelMessage, channelMessages, type Names } from "./channel-message.js";

type Data = Record<string, unknown>;

/**
 * An event as written on a socket: one JSON object with the `type` and the members of the event stream, in the format of the
 * channel. A socket continues from `event_id`; live events have none.
 */
export function socketFrame(frame: Frame, names: Names): string {
  frame.socket ??= written(frame, names);
  return frame.socket;
}

function written({ message: { id, event, data } }: Frame, names: Names): string {
  const eventId = id === undefined ? {} : { event_id: id };
  // All data sent to readers is created by this process as an object.
  const given = data as Data;
  return JSON.stringify({ ...shown(event, given, names), ...eventId, type: event });
}

function shown(event: string, data: Data, names: Names): Data {
  switch (event) {
    case "message": {
      // An event's payload as `wireEvent` filters it for a visitor.
      const said = data as Parameters<typeof channelMessage>[0] & { created_at: string };
      const { turn_id, part } = said;
      return { ...channelMessage(said, said.created_at, names), turn_id, part };
    }
    case "message.delta":
      return { ...data, message_id: `${String(data.turn_id)}.${String(data.part)}` };
    case "reset":
      return { ...data, messages: whole(data, names), conversation_id: names.conversationId };
    case "typing": {
      const isUser = data.who === "visitor";
      return {
        ...{ sender_type: isUser ? "user" : "agent", sender_id: isUser ? names.userId : data.who },
        typing: data.active,
      };
    }
    default:
      return data;
  }
}

/** The messages of a snapshot from the start of a turn, because the number of an answer is counted from there. */
function whole(data: Data, names: Names) {
  const history = data.messages as HistoryMessage[];
  const first = data.next_cursor === null ? 0 : history.findIndex(({ turn_id }) => turn_id !== history[0]?.turn_id);
  return channelMessages(history.slice(Math.max(0, first)), names);
}
