import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"npm start -- --keep stays in the foreground","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/keep.md","filePath":"decisions/keep.md"}');
const _sfc_main = { name: "decisions/keep.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="npm-start-keep-stays-in-the-foreground" tabindex="-1"><code>npm start -- --keep</code> stays in the foreground <a class="header-anchor" href="#npm-start-keep-stays-in-the-foreground" aria-label="Permalink to &quot;\`npm start -- --keep\` stays in the foreground&quot;">​</a></h1><p><code>npm start -- --keep</code> runs until you press Ctrl-C.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>No forgotten process stays behind in the background.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/keep.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const keep = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  keep as default
};
