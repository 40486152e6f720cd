import { type Chat, type ChatClient, type ChatState, createChat } from "./chat.js";

/** The hooks of React, or of preact/compat, that `useChat` uses: passed in, so that this package depends on neither. */
export interface ReactHooks {
  useMemo<T>(make: () => T, dependencies: readonly unknown[]): T;
  useSyncExternalStore<T>(
    subscribe: (changed: () => void) => () => void,
    getSnapshot: () => T,
    getServerSnapshot?: () => T,
  ): T;
}

export type UsedChat = ChatState & Pick<Chat, "startSession" | "sendMessage" | "retry" | "endSession">;

export const chatRequest = (tenantId: string, agentId: string, version: number | undefined) => ({
  tenant_id: tenantId,
  agent_id: agentId,
  ...(version === undefined ? {} : { version }),
});

/** The functions are stable between renders. */
export function usedChat({ startSession, sendMessage, retry, endSession }: Chat, state: ChatState): UsedChat {
  return { ...state, startSession, sendMessage, retry, endSession };
}

/**
 * Creates the hook `useChat(tenantId, agentId, version?)` with the state and the functions of the one in the reference document. Another
 * agent is another conversation.
 */
export function createUseChat(react: ReactHooks, client: ChatClient) {
  return function useChat(tenantId: string, agentId: string, version?: number): UsedChat {
    const chat = react.useMemo(
      () => createChat(client, chatRequest(tenantId, agentId, version)),
      [tenantId, agentId, version],
    );
    return usedChat(chat, react.useSyncExternalStore(chat.subscribe, chat.getSnapshot, chat.getSnapshot));
  };
}
