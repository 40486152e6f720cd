import { createParleyClient, createUseChat, type ParleyClient } from "@parley/client";
import * as React from "react";
import { type FormEvent, useEffect, useState } from "react";

/**
 * A small chat for trying an agent out. The signing key must never reach the browsers of strangers: in production `baseUrl` is your own
 * backend, which signs, or you use a public link instead.
 */
export function chatComponent(client: ParleyClient) {
  const useChat = createUseChat(React, client);

  return function AgentChat({ tenantId, agentId }: { tenantId: string; agentId: string }) {
    const chat = useChat(tenantId, agentId);
    const [draft, setDraft] = useState("");
    useEffect(() => {
      void chat.startSession();
    }, [chat.startSession]);

    const submit = (event: FormEvent): void => {
      event.preventDefault();
      const text = draft.trim();
      if (text === "" || chat.isLoading) return;
      setDraft("");
      void chat.sendMessage(text);
    };

    return (
      <section aria-label="Chat">
        <p className="where">{chat.currentNodeName}</p>
        <ol aria-live="polite">
          {chat.messages.map((message, index) => (
            // Messages are only ever added at the end.
            <li key={index} className={message.role}>
              <span className="said">{message.content}</span>
              {message.transitions?.map((move) => (
                <small className="move" key={`${move.from_node}-${move.to_node}`}>
                  {move.from_node_name ?? move.from_node} → {move.to_node_name ?? move.to_node} ({move.condition})
                </small>
              ))}
              {message.extractedVariables && (
                <small className="variables">{JSON.stringify(message.extractedVariables)}</small>
              )}
            </li>
          ))}
        </ol>
        {chat.error && <p role="alert">{chat.error}</p>}
        {chat.sessionEnded ? (
          <p className="ended">This conversation has ended.</p>
        ) : (
          <form onSubmit={submit}>
            <input aria-label="Message" value={draft} onChange={(event) => setDraft(event.target.value)} />
            <button type="submit" disabled={chat.isLoading}>
              Send
            </button>
          </form>
        )}
      </section>
    );
  };
}

export { createParleyClient };
