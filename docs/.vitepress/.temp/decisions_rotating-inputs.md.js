import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"The inputs of a rotating component","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/rotating-inputs.md","filePath":"decisions/rotating-inputs.md"}');
const _sfc_main = { name: "decisions/rotating-inputs.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="the-inputs-of-a-rotating-component" tabindex="-1">The inputs of a rotating component <a class="header-anchor" href="#the-inputs-of-a-rotating-component" aria-label="Permalink to &quot;The inputs of a rotating component&quot;">​</a></h1><p>The inputs of a rotating component are the period and its anchor.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>A policy rule can then see that a client&#39;s generation follows the clock and was not set by hand.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/rotating-inputs.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const rotatingInputs = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  rotatingInputs as default
};
