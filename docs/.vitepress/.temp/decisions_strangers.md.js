import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Who is a stranger","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/strangers.md","filePath":"decisions/strangers.md"}');
const _sfc_main = { name: "decisions/strangers.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="who-is-a-stranger" tabindex="-1">Who is a stranger <a class="header-anchor" href="#who-is-a-stranger" aria-label="Permalink to &quot;Who is a stranger&quot;">​</a></h1><p>A table lists the forms of subjects for each issuer. Tailscope matches the form and the pattern side by side. A stranger can match if the pattern leaves the owner&#39;s part of the form open.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>Comparing the segments of a pattern was wrong in three ways in three places. For an issuer that is not in the table, the check fails closed.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/strangers.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const strangers = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  strangers as default
};
