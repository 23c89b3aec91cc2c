import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Text from a preview in Markdown","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/markdown-text.md","filePath":"decisions/markdown-text.md"}');
const _sfc_main = { name: "decisions/markdown-text.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="text-from-a-preview-in-markdown" tabindex="-1">Text from a preview in Markdown <a class="header-anchor" href="#text-from-a-preview-in-markdown" aria-label="Permalink to &quot;Text from a preview in Markdown&quot;">​</a></h1><p>A report in Markdown sets text from a preview as code, except for plain words and small numbers.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>GitHub and GitLab decode character references before they look for links and mentions, so escaping is not enough. They leave code alone.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/markdown-text.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const markdownText = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  markdownText as default
};
