import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Operations without a stated scope","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/operations-without-scope.md","filePath":"decisions/operations-without-scope.md"}');
const _sfc_main = { name: "decisions/operations-without-scope.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="operations-without-a-stated-scope" tabindex="-1">Operations without a stated scope <a class="header-anchor" href="#operations-without-a-stated-scope" aria-label="Permalink to &quot;Operations without a stated scope&quot;">​</a></h1><p>Some API operations have no documented scope. The catalogue lists them under the scope of their family and marks them.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>The documentation does not say which scope permits them. A review must not understate a change, so it assumes that the family&#39;s scope permits them.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/operations-without-scope.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const operationsWithoutScope = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  operationsWithoutScope as default
};
