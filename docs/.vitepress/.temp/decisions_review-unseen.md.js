import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"How a review treats hidden values","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/review-unseen.md","filePath":"decisions/review-unseen.md"}');
const _sfc_main = { name: "decisions/review-unseen.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="how-a-review-treats-hidden-values" tabindex="-1">How a review treats hidden values <a class="header-anchor" href="#how-a-review-treats-hidden-values" aria-label="Permalink to &quot;How a review treats hidden values&quot;">​</a></h1><p>A review assumes that a hidden value gives the least access before a change and the most after it.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>So hiding a value never makes a gain smaller or a loss larger. A property test hides every value that can be hidden (<code>test/unit/review-law.test.ts</code>).</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/review-unseen.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const reviewUnseen = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  reviewUnseen as default
};
