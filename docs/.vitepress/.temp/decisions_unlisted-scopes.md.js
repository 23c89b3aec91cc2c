import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Scopes newer than the catalogue","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/unlisted-scopes.md","filePath":"decisions/unlisted-scopes.md"}');
const _sfc_main = { name: "decisions/unlisted-scopes.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="scopes-newer-than-the-catalogue" tabindex="-1">Scopes newer than the catalogue <a class="header-anchor" href="#scopes-newer-than-the-catalogue" aria-label="Permalink to &quot;Scopes newer than the catalogue&quot;">​</a></h1><p><code>unlistedScopes</code> allows a scope by name. Tailscope refuses every other unknown name.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>Any other unknown name is a typo, and the preview should report it before the API refuses it.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/unlisted-scopes.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const unlistedScopes = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  unlistedScopes as default
};
