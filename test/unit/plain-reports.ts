/** Reports without what is no part of their text. */

/** How a page looks is for test/browser. */
export function withoutStyle(html: string): string {
  return html.replace(/(?<=<style>).*(?=<\/style>)/s, "");
}

/** A terminal gets colours where it has some. */
export function withoutColour(text: string): string {
  return text.replace(/\u001b\[\d+m/g, "");
}
