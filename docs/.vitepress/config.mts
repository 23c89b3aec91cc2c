/** The site of the documentation: `npm run docs` serves it, `npm run docs:build` builds it. */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";

const docs = fileURLToPath(new URL("..", import.meta.url));
const root = dirname(docs.replace(/\/$/, ""));
const repository = "https://github.com/OWNER/tailscope";

/** The first heading of a page. */
function titleOf(page: string): string {
  const [, title = page] = /^# (.+)$/m.exec(readFileSync(join(docs, `${page}.md`), "utf8")) ?? [];
  return title
    .replaceAll("`", "")
    .replaceAll("\\", "")
    .replace(/^(Class|Function|Interface|Type Alias|Variable): /, "");
}

const item = (page: string) => ({
  text: titleOf(page),
  link: `/${page.replace(/(^|\/)index$/, "$1")}`,
});

/** All pages of a folder, its index first. */
const itemsIn = (folder: string) =>
  readdirSync(join(docs, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => posix.join(folder, file.replaceAll("\\", "/").slice(0, -".md".length)))
    .sort((one, other) => Number(!one.endsWith("index")) - Number(!other.endsWith("index")))
    .map(item);

const group = (text: string, items: ReturnType<typeof item>[]) => ({ text, items });

const back = group("Documentation", ["getting-started", "concepts"].map(item));

/** The address of a link that leaves the docs: the file in the repository. Other links stay. */
function outside(href: string, page: string): string {
  if (/^([a-z]+:|#|\/)/.test(href)) return href;
  const target = join(docs, dirname(page), href);
  const path = relative(root, target).replaceAll("\\", "/");
  return path.startsWith("docs/") ? href : `${repository}/blob/main/${path}`;
}

export default defineConfig({
  title: "Tailscope",
  description: "Tailscale's credentials as Pulumi resources, reviewed in the pull request",
  lang: "en",
  base: process.env["DOCS_BASE"] ?? "/",
  cleanUrls: true,
  lastUpdated: false,
  srcExclude: ["**/node_modules/**"],
  markdown: {
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    config(md) {
      const open = md.renderer.rules["link_open"];
      md.renderer.rules["link_open"] = (tokens, index, options, env, self) => {
        const token = tokens[index];
        const href = token?.attrGet("href");
        if (token && href) token.attrSet("href", outside(href, env.relativePath));
        return open
          ? open(tokens, index, options, env, self)
          : self.renderToken(tokens, index, options);
      };
    },
  },
  themeConfig: {
    search: { provider: "local" },
    outline: { level: [2, 3] },
    nav: [
      { text: "Start", link: "/getting-started" },
      { text: "Recipes", link: "/recipes/" },
      { text: "Reference", link: "/reference/" },
      { text: "Messages", link: "/messages" },
    ],
    socialLinks: [{ icon: "github", link: repository }],
    // Long lists have a sidebar of their own; what folds in one would be a button within a button.
    sidebar: {
      "/reference/": [back, group("API reference", itemsIn("reference"))],
      "/decisions/": [back, group("Decisions", itemsIn("decisions"))],
      "/": [
        group(
          "Start",
          [
            "getting-started",
            "concepts",
            "settings",
            "deployer-scopes",
            "pulumi-options",
            "commands",
          ].map(item),
        ),
        group("Resources", itemsIn("resources")),
        group(
          "Use",
          [
            "rotation",
            "several-tailnets",
            "adoption",
            "moving-from-the-official-provider",
            "emulator",
            "faster",
            "teams",
          ].map(item),
        ),
        group("Govern", ["review", "reach", "policy", "drift-and-inventory"].map(item)),
        group("Recipes", itemsIn("recipes")),
        group(
          "Look up",
          [
            "reference/index",
            "errors",
            "messages",
            "json-output",
            "api-facts",
            "decisions/index",
          ].map(item),
        ),
      ],
    },
  },
});
