import { readConnect } from "@parley/web-kit";

/** The port to the host page, once it has sent one. Only the first is accepted, and only from the host. */
export function hostPort(): Promise<MessagePort> {
  return new Promise((resolve) => {
    const take = (event: MessageEvent): void => {
      const [port] = event.ports;
      if (event.source !== window.parent || !readConnect(event.data) || !port) return;
      removeEventListener("message", take);
      resolve(port);
    };
    addEventListener("message", take);
  });
}
