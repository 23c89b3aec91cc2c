import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"How a review treats unknown values","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/review-unknown.md","filePath":"decisions/review-unknown.md"}');
const _sfc_main = { name: "decisions/review-unknown.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="how-a-review-treats-unknown-values" tabindex="-1">How a review treats unknown values <a class="header-anchor" href="#how-a-review-treats-unknown-values" aria-label="Permalink to &quot;How a review treats unknown values&quot;">​</a></h1><p>A review treats an unknown value as the worst case, and exits with 1.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>If the review said nothing, a reviewer would assume that nothing changes.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/review-unknown.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const reviewUnknown = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  reviewUnknown as default
};
