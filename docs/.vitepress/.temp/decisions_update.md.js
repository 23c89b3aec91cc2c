import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"An update changes only what the program changed","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/update.md","filePath":"decisions/update.md"}');
const _sfc_main = { name: "decisions/update.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="an-update-changes-only-what-the-program-changed" tabindex="-1">An update changes only what the program changed <a class="header-anchor" href="#an-update-changes-only-what-the-program-changed" aria-label="Permalink to &quot;An update changes only what the program changed&quot;">​</a></h1><p>An update starts from the tailnet&#39;s current values and applies only what the program changed.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>The API replaces all values that can change. An update must not silently undo values that <code>ignoreChanges</code> leaves alone, or changes that no refresh has seen.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/update.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const update = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  update as default
};
