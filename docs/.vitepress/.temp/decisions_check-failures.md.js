import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Check failures name no property","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/check-failures.md","filePath":"decisions/check-failures.md"}');
const _sfc_main = { name: "decisions/check-failures.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="check-failures-name-no-property" tabindex="-1">Check failures name no property <a class="header-anchor" href="#check-failures-name-no-property" aria-label="Permalink to &quot;Check failures name no property&quot;">​</a></h1><p>Tailscope reports a check failure to the engine without a property name. The message contains the name instead.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>If a failure names a property, the engine prints its value in plaintext, even if the value is secret.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/check-failures.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const checkFailures = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  checkFailures as default
};
