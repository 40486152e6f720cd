import { initialOf } from "@parley/web-kit";
import { signal } from "@preact/signals";
import type { LinkInfo } from "../net/link-info.js";

interface AvatarProps {
  link: Pick<LinkInfo, "agentName" | "logo">;
  size?: "small" | "large";
}

/** The logo that could not be decoded, remembered for all its places. */
const undecodable = signal<string | null>(null);

/** The agent's picture beside its name: the logo of the link, else the first letter. Both take the same room. */
export function Avatar({ link: { agentName, logo }, size }: AvatarProps) {
  const kind = size ? ` ${size}` : "";
  if (logo === null || logo === undecodable.value)
    return (
      <span class={`avatar${kind}`} aria-hidden="true">
        {initialOf(agentName)}
      </span>
    );
  const giveUp = (): void => {
    undecodable.value = logo;
  };
  return (
    <span class={`avatar logo${kind}`} aria-hidden="true">
      <img src={logo} alt="" draggable={false} onError={giveUp} />
    </span>
  );
}
