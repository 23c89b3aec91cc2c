import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"How Tailscope gets a token for reads","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/read-token.md","filePath":"decisions/read-token.md"}');
const _sfc_main = { name: "decisions/read-token.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="how-tailscope-gets-a-token-for-reads" tabindex="-1">How Tailscope gets a token for reads <a class="header-anchor" href="#how-tailscope-gets-a-token-for-reads" aria-label="Permalink to &quot;How Tailscope gets a token for reads&quot;">​</a></h1><p>Tailscope requests tokens for reads in an order that works however Tailscale narrows tokens.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>No source says which scopes a refusal names, or whether a token for a write scope can be narrowed to the read scope.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/read-token.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const readToken = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  readToken as default
};
