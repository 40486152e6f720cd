import "react";

declare module "react" {
  /** Custom properties are set like any other style; in the browser that goes through the CSSOM, which the policy allows. */
  interface CSSProperties {
    [name: `--${string}`]: string | number | undefined;
  }
}
