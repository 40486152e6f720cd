/** What the server and the page's first script tag decided. */
export const served = {
  /** Origin that served the script. */
  origin: "",
  /** Default link; empty = none. */
  link: "",
};
