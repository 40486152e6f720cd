import { useState } from "react";
import { isInlineLogo } from "./logo-image.js";

interface LogoPictureProps {
  logo: string;
  /** Stands there where no picture can, as on the chat page. */
  initial: string;
}

/** What stands for the agent on the chat page: the logo within the link, else the initial. */
export function LogoPicture({ logo, initial }: LogoPictureProps) {
  const [undecodable, setUndecodable] = useState("");
  const shown = isInlineLogo(logo) && logo !== undecodable;
  return (
    <span className={shown ? "logo-avatar logo" : "logo-avatar"} aria-hidden="true">
      {shown ? <img src={logo} alt="" onError={() => setUndecodable(logo)} /> : initial}
    </span>
  );
}
