/** Text from a preview inside our HTML. */

import { sanitize } from "../../access/sanitize";

const references: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as text, in an element or an attribute. */
export function escapeHtml(text: string): string {
  return sanitize(text).replace(/[&<>"']/g, (sign) => references[sign] ?? sign);
}
