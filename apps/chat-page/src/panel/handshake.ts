import { readConnect } from "@parley/web-kit";

/** The port to the host page, as soon as it sent one. Nobody else's is taken, and only the first. */
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
