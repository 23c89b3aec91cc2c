import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"How policies see the code of a dynamic resource","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/code-of-dynamic-resources.md","filePath":"decisions/code-of-dynamic-resources.md"}');
const _sfc_main = { name: "decisions/code-of-dynamic-resources.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="how-policies-see-the-code-of-a-dynamic-resource" tabindex="-1">How policies see the code of a dynamic resource <a class="header-anchor" href="#how-policies-see-the-code-of-a-dynamic-resource" aria-label="Permalink to &quot;How policies see the code of a dynamic resource&quot;">​</a></h1><p>A policy with the level <code>remediate</code> reads the code and changes nothing.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>The engine hides <code>__provider</code> from policies that only validate.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/code-of-dynamic-resources.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const codeOfDynamicResources = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  codeOfDynamicResources as default
};
