import css from "./widget.css?inline";

let sheet: CSSStyleSheet | undefined;

/** One constructed sheet for all widgets of a page: no `<style>` and no `style=`, so a policy without 'unsafe-inline' allows it. */
export function widgetSheet(): CSSStyleSheet {
  if (sheet === undefined) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
  }
  return sheet;
}
