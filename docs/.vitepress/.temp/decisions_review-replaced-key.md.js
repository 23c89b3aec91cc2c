import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"A replaced auth key is a gain","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/review-replaced-key.md","filePath":"decisions/review-replaced-key.md"}');
const _sfc_main = { name: "decisions/review-replaced-key.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="a-replaced-auth-key-is-a-gain" tabindex="-1">A replaced auth key is a gain <a class="header-anchor" href="#a-replaced-auth-key-is-a-gain" aria-label="Permalink to &quot;A replaced auth key is a gain&quot;">​</a></h1><p>The replacement of an auth key has the class <code>write</code>.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>The new key can be used again and starts a new lifetime, whatever was left of the old key.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/review-replaced-key.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const reviewReplacedKey = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  reviewReplacedKey as default
};
