import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"The state holds durations as strings","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/durations.md","filePath":"decisions/durations.md"}');
const _sfc_main = { name: "decisions/durations.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="the-state-holds-durations-as-strings" tabindex="-1">The state holds durations as strings <a class="header-anchor" href="#the-state-holds-durations-as-strings" aria-label="Permalink to &quot;The state holds durations as strings&quot;">​</a></h1><p>A program sets a duration as a number of seconds or as a string such as <code>&quot;90d&quot;</code>. The state always holds the string.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>People read durations in reviews.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/durations.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const durations = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  durations as default
};
