import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"The package is CommonJS","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/module-format.md","filePath":"decisions/module-format.md"}');
const _sfc_main = { name: "decisions/module-format.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="the-package-is-commonjs" tabindex="-1">The package is CommonJS <a class="header-anchor" href="#the-package-is-commonjs" aria-label="Permalink to &quot;The package is CommonJS&quot;">​</a></h1><p>The published package is a CommonJS module with type declarations.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>Pulumi&#39;s dynamic-provider process loads it with <code>require</code>.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/module-format.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const moduleFormat = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  moduleFormat as default
};
