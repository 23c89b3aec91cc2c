import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Tailscope needs Node 22.19 or later","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/node.md","filePath":"decisions/node.md"}');
const _sfc_main = { name: "decisions/node.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="tailscope-needs-node-22-19-or-later" tabindex="-1">Tailscope needs Node 22.19 or later <a class="header-anchor" href="#tailscope-needs-node-22-19-or-later" aria-label="Permalink to &quot;Tailscope needs Node 22.19 or later&quot;">​</a></h1><p>Tailscope runs on Node 22.19 or later. Development uses Node 24, from the npm package <code>node</code>.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>undici 8 needs that version.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/node.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const node = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  node as default
};
