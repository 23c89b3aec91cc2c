import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"A preview that cannot look ahead only warns","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/looking-ahead.md","filePath":"decisions/looking-ahead.md"}');
const _sfc_main = { name: "decisions/looking-ahead.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="a-preview-that-cannot-look-ahead-only-warns" tabindex="-1">A preview that cannot look ahead only warns <a class="header-anchor" href="#a-preview-that-cannot-look-ahead-only-warns" aria-label="Permalink to &quot;A preview that cannot look ahead only warns&quot;">​</a></h1><p>If Tailscale does not answer a request that a preview makes to look ahead, the preview warns.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>Looking ahead only gives advice. The deployment shows whether the change is possible.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/looking-ahead.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const lookingAhead = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  lookingAhead as default
};
