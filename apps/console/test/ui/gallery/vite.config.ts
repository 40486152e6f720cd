import page from "../../../vite.config.js";

// Every part of the kit on one page, for the tests of the kit alone; built as the console is.
export default { ...page, base: "/assets/gallery/" };
