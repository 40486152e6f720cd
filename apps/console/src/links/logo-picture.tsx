import { useState } from "react";
import { cx } from "../ui/cx.js";
import styles from "./links.module.css";
import { isInlineLogo } from "./logo-image.js";

interface LogoPictureProps {
  logo: string;
  /** Shown where there is no image, as on the chat page. */
  initial: string;
}

/** The agent's picture on the chat page: the inline logo, else the initial. */
export function LogoPicture({ logo, initial }: LogoPictureProps) {
  const [undecodable, setUndecodable] = useState("");
  const shown = isInlineLogo(logo) && logo !== undecodable;
  return (
    <span className={cx(styles.logo, shown && styles.picture)} aria-hidden="true">
      {shown ? <img src={logo} alt="" onError={() => setUndecodable(logo)} /> : initial}
    </span>
  );
}
