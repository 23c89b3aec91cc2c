import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"A change of mintedBy never replaces the key","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/minted-by-change.md","filePath":"decisions/minted-by-change.md"}');
const _sfc_main = { name: "decisions/minted-by-change.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="a-change-of-mintedby-never-replaces-the-key" tabindex="-1">A change of <code>mintedBy</code> never replaces the key <a class="header-anchor" href="#a-change-of-mintedby-never-replaces-the-key" aria-label="Permalink to &quot;A change of \`mintedBy\` never replaces the key&quot;">​</a></h1><p>A change of <code>mintedBy</code> changes only the state. If <code>mintedBy</code> is unknown, the preview plans no change.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>If the client is updated in place, its secret is unknown at preview, although the secret stays the same.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/minted-by-change.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const mintedByChange = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  mintedByChange as default
};
