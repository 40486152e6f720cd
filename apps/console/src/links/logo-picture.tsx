import { useState } from "react";
import { cx } from "../ui/cx.js";
import styles from "./links.module.css";
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
    <span className={cx(styles.logo, shown && styles.picture)} aria-hidden="true">
      {shown ? <img src={logo} alt="" onError={() => setUndecodable(logo)} /> : initial}
    </span>
  );
}
