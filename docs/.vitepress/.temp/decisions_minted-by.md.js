import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"The state holds mintedBy with the key","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/minted-by.md","filePath":"decisions/minted-by.md"}');
const _sfc_main = { name: "decisions/minted-by.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="the-state-holds-mintedby-with-the-key" tabindex="-1">The state holds <code>mintedBy</code> with the key <a class="header-anchor" href="#the-state-holds-mintedby-with-the-key" aria-label="Permalink to &quot;The state holds \`mintedBy\` with the key&quot;">​</a></h1><p>The state of an auth key holds the id and the secret of <code>mintedBy</code>, as a secret.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>Tailscope reads and revokes the key with a token of that client. If the client is gone, the deployer takes its place, and a warning says so.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/minted-by.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const mintedBy = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  mintedBy as default
};
