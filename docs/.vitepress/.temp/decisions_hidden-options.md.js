import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Options that the SDK hides from a dynamic provider","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/hidden-options.md","filePath":"decisions/hidden-options.md"}');
const _sfc_main = { name: "decisions/hidden-options.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="options-that-the-sdk-hides-from-a-dynamic-provider" tabindex="-1">Options that the SDK hides from a dynamic provider <a class="header-anchor" href="#options-that-the-sdk-hides-from-a-dynamic-provider" aria-label="Permalink to &quot;Options that the SDK hides from a dynamic provider&quot;">​</a></h1><p>Tailscope passes these options as inputs whose names begin with two underscores. <code>replaceOnChanges</code> needs no such input.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>The SDK does not tell the provider about <code>dependsOn</code>, about a resource&#39;s explicit provider, or about which values are secret. Pulumi does not show inputs with such names.</p><p>The engine itself handles <code>replaceOnChanges</code>, and it needs the names of the changed properties. The answer of the SDK&#39;s dynamic provider has no field for them. So <code>diff</code> answers nothing if a credential changes in place, and the engine compares the inputs itself. The option then works wherever it is set, including in a stack transform.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/hidden-options.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const hiddenOptions = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  hiddenOptions as default
};
