/** What the server and the page's first script tag decided. */
export const served = {
  /** Origin that served the script. */
  origin: "",
  /** Link of whoever names none; empty = there is none. */
  link: "",
};
