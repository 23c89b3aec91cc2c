import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"The class of a change","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/review-class.md","filePath":"decisions/review-class.md"}');
const _sfc_main = { name: "decisions/review-class.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="the-class-of-a-change" tabindex="-1">The class of a change <a class="header-anchor" href="#the-class-of-a-change" aria-label="Permalink to &quot;The class of a change&quot;">​</a></h1><p>A change has the class of the access that it adds, for the credential or for those who can now use it.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>If a federated subject lets more people in, they gain everything that the identity can do, although its scopes stay the same.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/review-class.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const reviewClass = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  reviewClass as default
};
